// Pictures of connections: the wizard, one connection from top to bottom, and one webhook.
import { expect } from '@playwright/test';

const KEY = 'api-key-for-pictures-0123456789';

export async function shootConnections({ desk, shoot, isWanted, live, browser, session }) {
  const admin = { who: 'admin' };
  if (isWanted('settings-connect-found')) await knowKey({ desk, browser, live, state: await session('admin') });
  await shoot(desk, 'settings-connect', '/settings/channels/new', { ...admin, ready: live });
  await shoot(desk, 'settings-connect-refused', '/settings/channels/new', {
    ...admin,
    ready: async (page) => {
      await fill(page, desk, live, 'wrong');
      await expect(page.getByTestId('form-error')).toBeVisible();
      await page.getByTestId('form-error').scrollIntoViewIfNeeded();
    },
  });
  await shoot(desk, 'settings-connect-found', '/settings/channels/new', {
    ...admin,
    ready: async (page) => {
      await fill(page, desk, live, KEY);
      await expect(page.getByTestId('found-number')).toBeVisible();
      await page.getByTestId('submit').scrollIntoViewIfNeeded();
    },
  });
  const one = (name) => async (page) => {
    await live(page);
    await page.getByTestId('open-connection').filter({ hasText: name }).click();
    await expect(page.getByTestId('health')).toBeVisible();
  };
  const part = (name, testid) => async (page) => {
    await one(name)(page);
    await page.getByTestId(testid).evaluate((part) => part.scrollIntoView({ block: 'end' }));
  };
  await shoot(desk, 'settings-connection', '/settings/channels', { ...admin, ready: one('Sample shop') });
  await shoot(desk, 'settings-connection-health', '/settings/channels', { ...admin, ready: part('Sample shop', 'health') });
  if (isWanted('settings-connection-doors')) await door({ desk, browser, one, state: await session('admin') });
  await shoot(desk, 'settings-connection-doors', '/settings/channels', { ...admin, ready: part('Braze', 'doors') });
  await shoot(desk, 'settings-link', '/settings/channels', {
    ...admin,
    ready: async (page) => {
      await one('Sample shop')(page);
      await page.getByTestId('click-to-chat-button').click();
      await expect(page.getByTestId('click-link')).toBeVisible();
    },
  });
  await shoot(desk, 'settings-webhook', '/settings/inbound', {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('webhook').first().getByRole('link').click();
      await expect(page.getByTestId('raw-body')).toBeVisible();
    },
  });
}

/** Fills the wizard in for Infobip, and tries the key at the sandbox's stand-in. */
async function fill(page, desk, live, key) {
  await live(page);
  await page.getByRole('radio', { name: 'Infobip' }).check();
  await page.locator('#connection-name').fill('Shop Adria');
  await page.locator('#provider-api_key').fill(key);
  await page.locator('#provider-api_base').fill(`${desk.url}/sandbox/infobip`);
  await page.getByTestId('check').click();
}

/** Gives the stand-in's account a key that is known here. */
async function knowKey({ desk, browser, live, state }) {
  const context = await browser.newContext({ baseURL: desk.url, storageState: state });
  const page = await context.newPage();
  await page.goto('/settings/channels');
  await live(page);
  const connection = page.getByTestId('connection').filter({ hasText: 'Infobip (sandbox)' });
  await connection.getByTestId('connection-menu').click();
  await connection.getByTestId('replace-secrets').click();
  await page.locator('dialog [name=api_key]').fill(KEY);
  await page.locator('dialog').getByTestId('submit').click();
  await expect(page.getByTestId('replace-secrets-dialog')).toBeHidden();
  await context.close();
}

/** An address for a campaign. */
async function door({ desk, browser, one, state }) {
  const context = await browser.newContext({ baseURL: desk.url, storageState: state });
  const page = await context.newPage();
  await page.goto('/settings/channels');
  await one('Braze')(page);
  await page.getByTestId('add-door').click();
  await page.locator('#door-tag').fill('spring sale');
  await page.getByTestId('add-door-dialog').getByTestId('submit').click();
  await expect(page.getByTestId('door')).toHaveCount(1);
  await context.close();
}
