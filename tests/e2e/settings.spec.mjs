// The settings: connections and numbers, people, the ledger.
import { createHmac } from 'node:crypto';

import { expect, test } from './support/test.mjs';
import { live, openSettings, signIn } from './support/pages.mjs';

/** A change that is refused is a failed request, which the browser notes. */
const REFUSED = /status of \d+ .*\/api\/ui\/(change|run)/;
const SECRETS = {
  app_secret: '0123456789abcdef0123456789abcdef',
  access_token: 'EAAGm0PX4ZCpsBAKZCfakeTokenForTests0123456789',
};
const WABA = '102290129340398';
const KNOWN = '106540352242922';
const UNKNOWN = '106540352249999';

test('an admin connects an account, and its numbers as webhooks name them', async ({ browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const page = await openSettings(await browsers(), desk, '/settings/channels');
  await page.getByTestId('add-connection').first().click();
  const form = page.getByTestId('connect-form');
  await expect(form.locator('#connection-name')).toBeVisible();
  await form.getByTestId('providers').getByText('Meta', { exact: false }).first().click();

  await test.step('what is missing is told at its field', async () => {
    await form.locator('#connection-name').fill('Shop Europe');
    await form.getByTestId('submit').click();
    await expect(form.getByRole('alert').first()).toBeVisible();
    await expect(form.locator('[aria-invalid=true]').first()).toBeVisible();
  });

  await test.step('an address that is not the provider\'s is refused before anything is sent there', async () => {
    await fillIn(form);
    await form.locator('#provider-api_base').fill('https://graph.facebook.com.evil.example');
    await form.getByTestId('check').click();
    await expect(form.locator('#provider-api_base-error')).toContainText('none of');
    await form.locator('#provider-api_base').fill('');
  });

  await test.step('it is connected, and its screen says what is to be done at the provider', async () => {
    await form.getByTestId('submit').click();
    await expect(page.getByTestId('connection-page')).toContainText('Shop Europe');
    await expect(page.getByTestId('setup').locator('ol.steps > li').first()).toBeVisible();
    await expect(page.getByTestId('webhook-state').first()).toContainText('Waiting for the first webhook');
    await expect(page.getByTestId('health')).toContainText('Not checked yet');
    for (const secret of Object.values(SECRETS)) expect(await page.content()).not.toContain(secret);
    await page.goto('/settings/channels');
    await live(page);
  });

  const connection = page.getByTestId('connection').filter({ hasText: 'Shop Europe' });
  await expect(connection.getByTestId('webhook-state')).toContainText('Waiting for the first webhook');
  for (const secret of Object.values(SECRETS)) expect(await page.content()).not.toContain(secret);

  await test.step('a number is added by hand', async () => {
    await connection.getByRole('button', { name: 'Add number' }).click();
    const numbers = page.getByTestId('add-number-dialog');
    await numbers.locator('[name=name]').fill('Support');
    await numbers.locator('[name=provider_channel]').fill(KNOWN);
    await numbers.locator('[name=number]').fill('+44 20 7946 0018');
    await numbers.locator('[name=bot]').selectOption({ index: 1 });
    await numbers.getByTestId('submit').click();
    await expect(numbers).toBeHidden();
    await expect(connection.getByTestId('number')).toContainText('Support');
  });

  const address = (await connection.getByTestId('webhook-url').innerText()).trim().split('\n')[0];
  expect(address).toMatch(/\/webhooks\/meta\//);

  await test.step('the provider checks the address with the token that is shown', async () => {
    const token = (await connection.getByTestId('verify-token').innerText()).trim().split('\n')[0];
    const asked = new URL(address);
    asked.search = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': token,
      'hub.challenge': '1158201444',
    });
    const answer = await fetch(asked);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('1158201444');
  });

  await test.step('a webhook with a wrong signature is counted', async () => {
    const answer = await send(address, message(KNOWN, '447700900777', 'wamid.bad', 'hello'), 'another secret');
    expect(answer.status).toBe(401);
    await page.reload();
    await expect(connection.getByTestId('bad-signatures')).toContainText('1');
  });

  await test.step('a number that is not set up is shown, and added in a few keys', async () => {
    expect((await send(address, message(KNOWN, '447700900777', 'wamid.1', 'hello'))).status).toBe(200);
    expect((await send(address, message(UNKNOWN, '447700900777', 'wamid.2', 'is this the other one?'))).status).toBe(200);
    await expect
      .poll(() => desk.database.value(`select count(*)::int from ledger where items is null`))
      .toBe(0);
    await page.reload();
    await live(page);
    await expect.soft(connection.getByTestId('webhook-state')).toContainText('Last webhook');
    const unknown = connection.getByTestId('unknown-number');
    await expect(unknown).toContainText(UNKNOWN);
    await unknown.getByRole('button', { name: 'Add this number' }).click();
    const numbers = page.getByTestId('add-number-dialog');
    await expect(numbers.locator('[name=provider_channel]')).toHaveValue(UNKNOWN);
    await numbers.locator('[name=name]').fill('Other line');
    await numbers.getByTestId('submit').click();
    await expect(connection.getByTestId('number')).toHaveCount(2);
    await expect(connection.getByTestId('unknown-number')).toHaveCount(0);
  });

  await test.step('what came in is in the log, and what was rejected can be applied again', async () => {
    await page.goto('/settings/inbound');
    await live(page);
    const rejected = page.getByTestId('webhook').filter({ hasText: 'rejected' });
    await expect(rejected).toHaveCount(1);
    await rejected.getByRole('link').click();
    await expect(page.getByTestId('raw-body')).toContainText(UNKNOWN);
    await expect(page.getByTestId('items')).toContainText('is this the other one?');
    await expect(page.getByTestId('rejected-item')).toHaveCount(1);
    await page.getByTestId('replay').click();
    await expect(page.getByTestId('replayed')).toContainText('1 applied');
    await expect(page.getByTestId('rejected-item')).toHaveCount(0);
  });

  await test.step('customers begin to write by a link', async () => {
    await page.goto('/settings/channels');
    await live(page);
    await connection.getByTestId('number').filter({ hasText: 'Support' }).getByTestId('click-to-chat-button').click();
    const dialog = page.getByTestId('click-to-chat-dialog');
    await expect(dialog.getByTestId('click-link')).toContainText('https://wa.me/442079460018');
    await dialog.locator('[name=text]').fill('I saw your page');
    await dialog.getByTestId('submit').click();
    await expect(dialog.getByTestId('click-link')).toContainText('text=I%20saw%20your%20page');
    await expect(dialog.locator('svg path').first()).toBeAttached();
  });

  await test.step('the ledger adds up and says what was rejected', async () => {
    await page.goto('/settings/ledger');
    const ledger = page.getByTestId('ledger');
    await expect(ledger).toHaveAttribute('data-balanced', 'true');
    const figure = async (name) => Number((await ledger.locator(`[data-figure=${name}] .equation__count`).innerText()).replace(/\D/g, ''));
    const parts = await Promise.all(['applied', 'duplicate', 'ignored', 'rejected', 'pending'].map(figure));
    expect(await figure('received')).toBe(parts.reduce((sum, part) => sum + part, 0));
    expect(await figure('received')).toBeGreaterThanOrEqual(2);
    expect(await figure('rejected')).toBe(0);
  });

  await test.step('other secrets take the place of the old ones', async () => {
    await page.goto('/settings/channels');
    await live(page);
    await connection.getByTestId('connection-menu').click();
    await connection.getByTestId('replace-secrets').click();
    const replace = page.getByTestId('replace-secrets-dialog');
    await expect(replace.locator('[name=app_secret]')).toHaveValue('');
    await replace.locator('[name=app_secret]').fill('fedcba9876543210fedcba9876543210');
    await replace.getByTestId('submit').click();
    await expect(page.getByTestId('toast').filter({ hasText: 'Credentials replaced' })).toBeVisible();
    const body = message(KNOWN, '447700900777', 'wamid.3', 'still there?');
    expect((await send(address, body, 'fedcba9876543210fedcba9876543210')).status).toBe(200);
    // What was on its way under the old one is not lost.
    expect((await send(address, message(KNOWN, '447700900777', 'wamid.4', 'and again'))).status).toBe(200);
  });
});

test('the channel begins with another bot, or with people', async ({ browsers, desk, agent, phone }) => {
  const page = await openSettings(await browsers(), desk, '/settings/channels');
  const number = page.getByRole('region', { name: 'Sample shop', exact: true }).getByTestId('number-bot');
  await number.selectOption('');
  const bot = `select bot_id from channels where name = 'Sample shop'`;
  await expect.poll(() => desk.database.value(bot)).toBe(null);
  const customer = await phone('Paula People');
  await customer.write('hi');
  const sara = await agent('sara');
  await expect(sara.row('Paula People')).toBeVisible();
});

test('an admin lets somebody in and shuts somebody out', async ({ agent, browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const omar = await agent('omar');
  const page = await openSettings(await browsers(), desk, '/settings/people');
  await expect(page.getByTestId('person')).toHaveCount(3);
  await page.getByTestId('add-person').click();
  const dialog = page.getByTestId('add-person-dialog');
  await dialog.locator('[name=name]').fill('Nina New');
  await dialog.locator('[name=email]').fill('sara@sample.example');
  await dialog.locator('[name=password]').fill('lantern quarry mosaic thistle');
  await dialog.getByTestId('submit').click();
  await expect(dialog.locator('#person-email-error')).toBeVisible();
  await dialog.locator('[name=email]').fill('nina@sample.example');
  await dialog.getByTestId('submit').click();
  await expect(dialog).toBeHidden();
  await expect(page.getByTestId('person')).toHaveCount(4);

  const context = await browsers();
  const nina = await context.newPage();
  await signIn(nina, { email: 'nina@sample.example', password: 'lantern quarry mosaic thistle' });

  const row = page.locator('[data-testid=person][data-email="omar@sample.example"]');
  await row.getByTestId('set-active').click();
  const question = page.getByTestId('deactivate-dialog');
  await expect(question).toContainText('Omar Haddad');
  await question.getByTestId('submit').click();
  await expect(row).toContainText('Deactivated');
  await expect(omar.page).toHaveURL(/\/login/, { timeout: 5_000 });
  await omar.page.locator('[name=email]').fill(desk.people.omar.email);
  await omar.page.locator('[name=password]').fill(desk.people.omar.password);
  await omar.page.getByTestId('sign-in').click();
  await expect(omar.page.getByTestId('form-error')).toContainText('no longer sign in');
  await row.getByTestId('set-active').click();
  await expect(row).not.toContainText('Deactivated');
  await signIn(omar.page, desk.people.omar);
});

test('an agent sees no settings but their own', async ({ agent }) => {
  const sara = await agent('sara');
  await expect(sara.page.locator('a[href="/settings/channels"]')).toHaveCount(0);
  await sara.page.goto('/settings/channels');
  await expect(sara.page.getByText('Only admins see this')).toBeVisible();
  await expect(sara.page.getByTestId('connection')).toHaveCount(0);
  await sara.page.goto('/settings/account');
  await expect(sara.page.getByTestId('sign-in-place')).toHaveCount(1);
});

/** Fills in the fields that the provider describes. */
async function fillIn(form) {
  for (const field of await form.locator('input[id^=provider-]').all()) {
    const name = await field.getAttribute('name');
    await field.fill(SECRETS[name] ?? (name === 'waba_id' ? WABA : ''));
  }
}

/** Sends a webhook as the provider signs it. */
function send(address, body, secret = SECRETS.app_secret) {
  const text = JSON.stringify(body);
  const signature = createHmac('sha256', secret).update(text).digest('hex');
  return fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body: text,
  });
}

/** A customer's message as Meta writes it. */
function message(number, from, id, text) {
  return {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: WABA,
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '442079460018', phone_number_id: number },
              contacts: [{ profile: { name: 'Carla Customer' }, wa_id: from }],
              messages: [
                { from, id, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: text } },
              ],
            },
          },
        ],
      },
    ],
  };
}
