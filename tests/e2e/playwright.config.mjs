// The browser tests. `cargo xtask test` runs them; by hand, with the same variables:
//
//   BATON_BIN          the server's program          (else target/debug/baton)
//   BATON_SITE         the front end                 (else target/site)
//   BATON_TEST_PG      a Postgres to make databases in
//   BATON_CHROMIUM     the browser                   (else /usr/bin/chromium)
import { defineConfig } from '@playwright/test';

import { chromium, flags } from './support/browser.mjs';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.mjs',
  // Two, so that a test that waits does not hold up the others; more only slow each other down.
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  // Waits are for conditions: a machine that is busy beside needs longer, and nothing passes by waiting.
  expect: { timeout: 20_000 },
  reporter: [['list']],
  outputDir: process.env.BATON_E2E_OUT ?? '../../target/playwright',
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // What moves is in the way of whoever presses it.
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: chromium(), args: flags() },
  },
});
