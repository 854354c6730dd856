// Pictures of every screen, for people to look at: node shots.mjs [folder] [name…]
//
// With names, only of the screens whose names begin with one of them (`settings`, `thread-note`).
//
// Needs what the browser tests need (see playwright.config.mjs).
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { chromium as playwright, expect } from '@playwright/test';

import { chromium, flags } from './support/browser.mjs';
import { Desk } from './support/desk.mjs';
import { shootBots } from './support/shots/bots.mjs';
import { shootConnections } from './support/shots/connections.mjs';
import { shootEndpoints } from './support/shots/endpoints.mjs';
import { shootFiles } from './support/shots/files.mjs';
import { shootHandoffs } from './support/shots/handoffs.mjs';
import { shootRules } from './support/shots/rules.mjs';
import { shootTemplates } from './support/shots/templates.mjs';
import { live as follows, Phone, signIn } from './support/pages.mjs';

const WIDTHS = { 1440: 900, 1024: 768, 390: 844 };
const SCHEMES = ['light', 'dark'];

/** A picture is taken in any case. */
const live = (page) => follows(page, 6_000);

const [, , place, ...wanted] = process.argv;
const folder = resolve(place ?? join(import.meta.dirname, '../../target/shots'));
mkdirSync(folder, { recursive: true });

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const browser = await playwright.launch({ executablePath: chromium(), args: flags() });
const open = [];
try {
  const fresh = await begin({ sample: false });
  // Its own stand-ins for the providers are tried as a provider's host would be.
  const desk = await begin({ allowedHosts: ['127.0.0.1'] });
  await shoot(fresh, 'setup', '/setup');
  await shoot(fresh, 'setup-refused', '/setup?error=weak');
  await shoot(desk, 'login', '/login');
  await shoot(desk, 'login-refused', '/login?error=wrong');
  await shoot(desk, 'not-found', '/nothing-here');
  await shoot(desk, 'inbox-empty', '/inbox/waiting', { who: 'sara', ready: live });
  await shoot(desk, 'sandbox-fresh', '/sandbox', { ready: phone });

  await desk.loadSamples();
  for (const view of ['waiting', 'mine', 'all', 'resolved']) {
    await shoot(desk, `inbox-${view}`, `/inbox/${view}`, { who: 'sara', ready: live });
  }
  const handed = await desk.database.value(
    `select c.id from conversations c join handoffs h on h.id = c.handoff_id
      where stage = 'waiting' and window_until > now() order by coalesce(jsonb_array_length(h.packet -> 'slots'), 0) desc,
            c.waiting_since limit 1`,
  );
  const thread = async (page) => {
    await live(page);
    await expect(page.getByTestId('thread')).toBeVisible();
  };
  await shoot(desk, 'thread-handoff', `/inbox/waiting/${handed}`, { who: 'sara', ready: thread });
  await shoot(desk, 'thread-note', `/inbox/waiting/${handed}`, {
    who: 'sara',
    ready: async (page) => {
      await thread(page);
      await page.getByTestId('mode-note').click();
      await page.getByTestId('composer').fill('She called twice. Be quick with the refund.');
    },
  });
  for (const [name, dialog] of [
    ['transfer', 't'],
    ['snooze', 'h'],
    ['label', 'l'],
    ['palette', 'Control+k'],
    ['help', '?'],
  ]) {
    await shoot(desk, `dialog-${name}`, `/inbox/waiting/${handed}`, {
      who: 'sara',
      ready: async (page) => {
        await thread(page);
        await page.getByTestId('inbox-list').focus({ timeout: 1_000 }).catch(() => {});
        await page.keyboard.press(dialog);
        await expect(page.locator('dialog[open]')).toBeVisible();
      },
    });
  }
  const closed = await desk.database.value(
    `select id from conversations where window_until < now() and stage <> 'resolved' order by last_at desc limit 1`,
  );
  if (closed) {
    await shoot(desk, 'thread-window-closed', `/inbox/all/${closed}`, {
      who: 'sara',
      ready: async (page) => {
        await thread(page);
        await page.getByTestId('mode-reply').click();
      },
    });
  }
  const long = await desk.database.value(
    `select conversation_id from messages group by 1 order by count(*) desc limit 1`,
  );
  await shoot(desk, 'thread-long', `/inbox/all/${long}`, { who: 'sara', ready: thread });
  const failed = await desk.database.value(
    `select conversation_id from messages where state in ('failed', 'uncertain') order by at desc limit 1`,
  );
  if (failed) await shoot(desk, 'thread-failed', `/inbox/all/${failed}`, { who: 'sara', ready: thread });

  if (['sandbox-talk', 'settings-inbound', 'settings-webhook', 'settings-ledger'].some(isWanted)) await talk(desk);
  await shoot(desk, 'sandbox-talk', '/sandbox?phone=4917139200042', { ready: phone });
  for (const page of ['channels', 'people', 'developers', 'ledger', 'account', 'inbound']) {
    await shoot(desk, `settings-${page}`, `/settings/${page}`, { who: 'admin', ready: live });
  }
  const stage = { desk, shoot, isWanted, live, session: (who) => session(desk, who), browser };
  await shootBots(stage);
  await shootFiles(stage);
  await shootTemplates(stage);
  await shootEndpoints(stage);
  await shootHandoffs(stage);
  await shootRules(stage);
  await shootConnections(stage);
  console.log(`pictures are in ${folder}`);
} finally {
  await browser.close();
  for (const desk of open) await desk.close();
}

async function begin(options) {
  const desk = await Desk.open(options);
  open.push(desk);
  return desk;
}

function isWanted(name) {
  return wanted.length === 0 || wanted.some((start) => name.startsWith(start));
}

/** One screen in every size and colour. */
async function shoot(desk, name, path, { who, ready } = {}) {
  if (!isWanted(name)) return;
  const started = Date.now();
  const state = who && (await session(desk, who));
  for (const scheme of SCHEMES) {
    for (const [width, height] of Object.entries(WIDTHS)) {
      const context = await browser.newContext({
        baseURL: desk.url,
        viewport: { width: Number(width), height },
        colorScheme: scheme,
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        reducedMotion: 'reduce',
        storageState: state,
      });
      const page = await context.newPage();
      try {
        await page.goto(path);
        await ready?.(page);
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(250);
      } catch (error) {
        // A picture of a screen that is not ready says what is wrong with it.
        console.error(`${name} ${width} ${scheme}: ${error.message.split('\n')[0]}`);
        process.exitCode = 1;
      }
      const file = join(folder, `${name}-${width}-${scheme}.png`);
      await page.screenshot({ path: file }).catch((error) => console.error(`${file}: ${error.message.split('\n')[0]}`));
      await context.close();
    }
  }
  console.log(`${name} (${Date.now() - started} ms)`);
}

/** Signs in once for each person and desk. */
async function session(desk, who) {
  desk.sessions ??= {};
  if (!desk.sessions[who]) {
    const context = await browser.newContext({ baseURL: desk.url });
    const page = await context.newPage();
    await signIn(page, desk.people[who]);
    desk.sessions[who] = await context.storageState();
    await context.close();
  }
  return desk.sessions[who];
}

async function phone(page) {
  await expect(page.locator('.phone__name')).not.toBeEmpty();
}

/** A short talk of one of the phones with the bot. */
async function talk(desk) {
  const context = await browser.newContext({ baseURL: desk.url });
  const ana = new Phone(await context.newPage());
  await ana.open('4917139200042');
  await ana.write('hi');
  await expect(ana.choice('Opening hours').first()).toBeVisible();
  await ana.write('opening hours');
  await expect(ana.theirs('We are open')).toBeVisible();
  await context.close();
}
