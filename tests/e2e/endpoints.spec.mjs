// Webhooks: an address of an integrator's own, told in their tools' terms, and the log of what was sent.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { Webhook } from 'standardwebhooks';

import { expect, test } from './support/test.mjs';
import { Phone, openSettings } from './support/pages.mjs';

/** A change that is refused is a failed request, which the browser notes. */
const REFUSED = /status of \d+ .*\/api\/ui\/(change|run)/;

test.use({ allowedHosts: ['127.0.0.1'] });

/** An integrator's server: keeps what it is told and answers as it is set to. */
class Crm {
  static async start() {
    const crm = new Crm();
    crm.status = 204;
    crm.told = [];
    crm.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      crm.told.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(crm.status).end(crm.status === 204 ? undefined : 'not now');
    });
    crm.server.listen(0, '127.0.0.1');
    await once(crm.server, 'listening');
    crm.url = `http://127.0.0.1:${crm.server.address().port}/events`;
    return crm;
  }

  of(type) {
    return this.told.filter((told) => JSON.parse(told.body).type === type);
  }
}

test('an admin has a system of theirs told what happens, and looks after it', async ({ browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const crm = await Crm.start();
  const page = await openSettings(await browsers(), desk, '/settings/webhooks');
  let secret;

  await test.step('an address that lies inside a network is refused with the reason', async () => {
    await expect(page.getByText('Nobody is told yet')).toBeVisible();
    await page.getByTestId('add-endpoint').click();
    const dialog = page.getByTestId('add-endpoint-dialog');
    await dialog.locator('#endpoint-name').fill('The CRM');
    await dialog.locator('#endpoint-url').fill('https://10.0.0.1/events');
    await dialog.getByTestId('submit').click();
    await expect(dialog.locator('#endpoint-url-error')).toContainText('inside a network');
    await dialog.locator('#endpoint-url').fill(crm.url);
    await dialog.getByTestId('submit').click();
  });

  await test.step('its secret is shown once', async () => {
    const dialog = page.getByTestId('secret-dialog');
    secret = await dialog.getByTestId('secret').textContent();
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByTestId('secret-kept').click();
    await expect(dialog).toBeHidden();
    await page.getByTestId('endpoint').getByRole('link', { name: 'The CRM' }).click();
    await expect(page.getByTestId('endpoint-page')).toBeVisible();
    await expect(page.locator('body')).not.toContainText(secret);
  });

  await test.step('a test event and what customers write verify with the library of the standard', async () => {
    await page.getByTestId('send-test').click();
    await expect.poll(() => crm.of('test').length).toBe(1);
    const phone = new Phone(await (await browsers()).newPage());
    await phone.open();
    await phone.write('hi');
    await expect.poll(() => crm.of('message_created').length).toBeGreaterThan(1);
    const verifier = new Webhook(secret);
    for (const told of crm.told) expect(verifier.verify(told.body, told.headers)).toHaveProperty('type');
    const forged = crm.told[0].body.replace('test', 'tent');
    expect(() => verifier.verify(forged, crm.told[0].headers)).toThrow();
    await expect(page.getByTestId('delivery').filter({ hasText: 'message_created' }).first()).toContainText('Taken');
  });

  await test.step('what is not taken is shown with every try, and sent again by hand', async () => {
    crm.status = 500;
    await page.getByTestId('send-test').click();
    await expect(page.getByTestId('failing')).toBeVisible();
    await page.getByTestId('filter-state').selectOption({ label: 'To send' });
    await expect(page).toHaveURL(/state=pending/);
    await page.getByTestId('delivery').first().getByRole('link').first().click();
    await expect(page.getByTestId('try').first()).toContainText('500');
    await expect(page.getByTestId('try').first()).toContainText('not now');
    await expect(page.getByTestId('sent-body')).toContainText('"type": "test"');
    crm.status = 204;
    await page.getByTestId('redeliver').click();
    await expect(page.getByTestId('try').first()).toContainText('204');
    await expect(page.getByTestId('delivery-state').first()).toContainText('Taken');
  });

  await test.step('one that is gone is switched off, and recovers what it has missed', async () => {
    await page.locator('.settings__back').click();
    crm.status = 410;
    await page.getByTestId('send-test').click();
    await expect(page.getByTestId('off-reason')).toContainText('410');
    const phone = new Phone(await (await browsers()).newPage());
    await phone.open();
    await phone.write('is anybody there?');
    crm.status = 204;
    await page.getByTestId('endpoint-on').check();
    await expect(page.getByTestId('off-reason')).toBeHidden();
    await page.getByTestId('recover').click();
    await page.getByTestId('recover-dialog').getByTestId('submit').click();
    await expect.poll(() => crm.told.some((told) => told.body.includes('is anybody there?'))).toBe(true);
  });

  await test.step('while its secret is replaced the old one holds too; then it is removed', async () => {
    await page.getByTestId('rotate').click();
    await page.getByTestId('rotate-dialog').getByTestId('submit').click();
    const fresh = await page.getByTestId('secret').textContent();
    await page.getByTestId('secret-kept').click();
    crm.told = [];
    await page.getByTestId('send-test').click();
    await expect.poll(() => crm.of('test').length).toBe(1);
    const [told] = crm.of('test');
    for (const one of [secret, fresh]) expect(new Webhook(one).verify(told.body, told.headers)).toBeTruthy();
    await page.getByTestId('remove').click();
    await page.getByTestId('remove-dialog').getByTestId('submit').click();
    await expect(page).toHaveURL(/\/settings\/webhooks$/);
    await expect(page.getByText('Nobody is told yet')).toBeVisible();
  });
  crm.server.close();
});
