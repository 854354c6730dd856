// node web.mjs <package.json of the tools> <page> <cookie>
// Prints for each of several fresh browsers after how many milliseconds the page could be used, its processor four
// times slower than this one.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const [tools, page, cookie] = process.argv.slice(2);
const { chromium } = createRequire(tools)('playwright-core');

const RUNS = 5;
const SLOWER = 4;
const PATIENCE_MS = 30_000;

// Asked from outside: the page's own policy forbids what waiting inside of it would need.
async function interactive(tab) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const at = await tab.evaluate(() => performance.getEntriesByName('baton-interactive')[0]?.startTime);
    if (at !== undefined) return at;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error('the inbox did not become interactive');
}

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const executablePath = process.env.BATON_CHROMIUM ?? installed;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const equals = cookie.indexOf('=');
  const session = { name: cookie.slice(0, equals), value: cookie.slice(equals + 1), url: new URL(page).origin };
  for (let run = 0; run < RUNS; run += 1) {
    const context = await browser.newContext();
    await context.addCookies([session]);
    const tab = await context.newPage();
    const devtools = await context.newCDPSession(tab);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await tab.goto(page, { waitUntil: 'commit' });
    console.log(await interactive(tab));
    await context.close();
  }
} finally {
  await browser.close();
}
