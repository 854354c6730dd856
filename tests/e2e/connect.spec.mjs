// Connecting an account at a provider that is not Meta: from choosing it to the first message.
import { expect, test } from './support/test.mjs';
import { live, openSettings } from './support/pages.mjs';

// The sandbox's own stand-in for Infobip is tried from the wizard, as the provider's host would be.
test.use({ allowedHosts: ['127.0.0.1'] });

/** A change that is refused is a failed request, which the browser notes. */
const REFUSED = /status of 4\d\d .*\/api\/ui\/(change|run)/;
const API_KEY = 'api-key-for-tests-0123456789abcdef';
const HOOK_KEY = 'key-for-webhooks-0123456789abcdef';
/** The number of the stand-in's account, and one that is nobody's. */
const NUMBER = '15550100003';
const OTHER = '15550100099';

test('an admin connects an account at Infobip, and its first webhook turns the lamp on', async ({
  agent,
  browsers,
  desk,
  watch,
}) => {
  watch.allow(REFUSED);
  const context = await browsers();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await openSettings(context, desk, '/settings/channels');
  const form = page.getByTestId('connect-form');
  const field = (key) => form.locator(`#provider-${key}`);

  await test.step('the stand-in gets a key that the test knows', async () => {
    const sample = page.getByTestId('connection').filter({ hasText: 'Infobip (sandbox)' });
    await sample.getByTestId('connection-menu').click();
    await sample.getByTestId('replace-secrets').click();
    const dialog = page.getByTestId('replace-secrets-dialog');
    await dialog.locator('[name=api_key]').fill(API_KEY);
    await dialog.getByTestId('submit').click();
    await expect(dialog).toBeHidden();
  });

  await test.step('the fields are those that the provider describes', async () => {
    await page.getByTestId('add-connection').click();
    await expect(field('app_secret')).toBeVisible();
    await form.getByRole('radio', { name: 'Infobip' }).check();
    await expect(field('app_secret')).toHaveCount(0);
    await expect(field('api_key')).toHaveAttribute('type', 'password');
    await expect(form.getByLabel('API key')).toHaveAccessibleDescription(/message:send/);
    await expect(field('webhook_user')).toHaveAttribute('type', 'text');
    await expect(form.locator('label', { hasText: 'Key for webhooks' })).toContainText('optional');
  });

  await test.step('what is missing and what does not hold is told', async () => {
    await form.locator('#connection-name').fill('Shop Adria');
    await field('api_base').fill(`${desk.url}/sandbox/infobip`);
    await form.getByTestId('check').click();
    await expect(form.locator('#provider-api_key-error')).toContainText('missing');
    await expect(field('api_key')).toBeFocused();
    await field('api_key').fill('a-wrong-key');
    await form.getByTestId('check').click();
    await expect(form.locator('#provider-webhook_key-error')).toContainText('without one nothing is taken');
    await field('webhook_key').fill(HOOK_KEY);
    await form.getByTestId('check').click();
    await expect(form.getByTestId('form-error')).toContainText('Infobip says');
    await expect(form.getByTestId('check-state')).toBeEmpty();
    await expect(form.getByTestId('found')).toHaveCount(0);
  });

  await test.step('what holds brings the numbers of the account', async () => {
    await field('api_key').fill(API_KEY);
    await form.getByTestId('check').click();
    await expect(form.getByTestId('check-state')).toContainText('The credentials hold');
    await expect(form.getByTestId('form-error')).toHaveCount(0);
    const found = form.getByTestId('found-number');
    await expect(found).toHaveCount(1);
    await expect(found).toContainText(`+${NUMBER}`);
    await expect(found.getByRole('checkbox')).toBeChecked();
    await found.getByLabel('Name').fill('Adria line');
    await found.getByLabel('Answers first').selectOption({ label: 'People (no bot)' });
    await form.getByTestId('submit').click();
  });

  const screen = page.getByTestId('connection-page');
  const setup = page.getByTestId('setup');
  const health = page.getByTestId('health');
  const state = setup.getByTestId('webhook-state');
  let address;

  await test.step('its screen says what is to be done at the provider, with the address to copy', async () => {
    await expect(screen).toContainText('Shop Adria');
    await expect(page.getByTestId('number')).toContainText('Adria line');
    await expect(setup.getByRole('listitem').first()).toContainText("Infobip's portal");
    await expect(setup.getByTestId('verify-token')).toHaveCount(0);
    await setup.getByRole('button', { name: 'Copy' }).click();
    await expect(setup.getByRole('button', { name: 'Copied' })).toBeVisible();
    address = await page.evaluate(() => navigator.clipboard.readText());
    await expect(setup.getByTestId('webhook-url')).toContainText(address);
    expect(new URL(address).pathname).toMatch(/^\/webhooks\/infobip\/[0-9a-f-]{36}$/);
    await expect(state).toHaveText('Waiting for the first webhook…');
    await expect(health.getByTestId('last-in')).toHaveText('Never');
    for (const secret of [API_KEY, HOOK_KEY]) expect(await page.content()).not.toContain(secret);
  });

  await test.step('a webhook without the right key is turned away and counted', async () => {
    expect(await post(address, 'another key', message(NUMBER, 'bad', 'no'))).toBe(401);
    await expect(page.getByTestId('bad-signatures')).toContainText('1 webhooks with a wrong signature');
    await expect(state).toHaveText('Waiting for the first webhook…');
  });

  await test.step('the first right one turns the lamp on, on the open page', async () => {
    expect(await post(address, HOOK_KEY, message(NUMBER, 'm-1', 'Dobar dan'))).toBe(200);
    await expect(state).toContainText('Last webhook');
    await expect(health.getByTestId('last-in')).not.toHaveText('Never');
    const sara = await agent('sara');
    await expect(sara.row('Dobar dan')).toBeVisible();
  });

  await test.step('its health: credentials, what cannot be recovered', async () => {
    await expect(health.getByTestId('credentials')).toContainText('Not checked yet');
    await health.getByRole('button', { name: 'Check again' }).click();
    await expect(health.getByTestId('credentials')).toContainText('The credentials hold');
    await expect(health.getByTestId('missed')).toContainText('keeps no list');
    await expect(health.getByTestId('outages')).toContainText('None');
    await expect(page.getByTestId('found-number')).toContainText('Set up');
  });

  await test.step('what named a number that is not set up is in the log, and is applied once that is there', async () => {
    expect(await post(address, HOOK_KEY, message(OTHER, 'm-2', 'Is this the other one?'))).toBe(200);
    const unknown = page.getByTestId('unknown-number');
    await expect(unknown).toContainText(OTHER);
    await unknown.getByRole('button', { name: 'Add this number' }).click();
    const dialog = page.getByTestId('add-number-dialog');
    await dialog.locator('[name=name]').fill('Second line');
    await dialog.getByTestId('submit').click();
    await expect(page.getByTestId('number')).toHaveCount(2);

    await page.goto('/settings/inbound');
    await live(page);
    const lines = page.getByTestId('webhook');
    await expect(lines).toHaveCount(2);
    await page.getByTestId('filter-connection').selectOption({ label: 'Infobip (sandbox)' });
    await expect(page.getByText('No webhook here')).toBeVisible();
    await page.getByTestId('filter-connection').selectOption({ label: 'Shop Adria' });
    await page.getByTestId('filter-outcome').selectOption({ label: 'rejected' });
    await expect(lines).toHaveCount(1);
    await lines.getByRole('link').click();
    await expect(page.getByTestId('raw-body')).toContainText('Is this the other one?');
    await expect(page.getByTestId('rejected-item')).toContainText('unknown_channel');
    const replayed = page.getByTestId('replayed');
    await page.getByTestId('replay').click();
    await expect(replayed).toContainText('1 applied');
    await expect(page.getByTestId('rejected-item')).toHaveCount(0);
    await page.getByTestId('replay').click();
    await expect(replayed).toContainText('1 known already');
    const kept = `select count(*)::int from messages where body -> 'text' ->> 'text' = 'Is this the other one?'`;
    expect(await desk.database.value(kept)).toBe(1);
  });
});

/** Sends a webhook as Infobip does; gives the status of the answer. */
async function post(address, key, body) {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-baton-key': key },
    body: JSON.stringify(body),
  });
  return answer.status;
}

/** A customer's message as Infobip writes it. */
function message(to, id, text) {
  const result = {
    from: '385915550001',
    to,
    integrationType: 'WHATSAPP',
    receivedAt: new Date().toISOString().replace('Z', '+0000'),
    messageId: id,
    message: { type: 'TEXT', text },
    contact: { name: 'Iva Horvat' },
  };
  return { results: [result], messageCount: 1, pendingMessageCount: 0 };
}
