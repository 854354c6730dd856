// Pictures of webhooks: the addresses, one of them with its log, and a delivery.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { expect } from '@playwright/test';

export async function shootEndpoints({ desk, shoot, live }) {
  const admin = { who: 'admin' };
  await shoot(desk, 'webhooks-none', '/settings/webhooks', { ...admin, ready: live });
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url.includes('away') ? 503 : 200).end('{"ok":true}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  let secret = false;
  const add = async (page, name, address) => {
    await page.getByTestId('add-endpoint').click();
    await page.locator('#endpoint-name').fill(name);
    await page.locator('#endpoint-url').fill(address);
    await page.getByTestId('submit').click();
    await expect(page.getByTestId('secret-dialog')).toBeVisible();
  };
  const listed = async (page) => {
    await live(page);
    if (!secret) {
      for (const [name, address] of [['The CRM', `${url}/crm`], ['Data warehouse', `${url}/away`]]) {
        await add(page, name, address);
        await page.getByTestId('secret-kept').click();
      }
      secret = true;
    }
    await expect(page.getByTestId('endpoint')).toHaveCount(2);
  };
  await shoot(desk, 'webhooks-list', '/settings/webhooks', { ...admin, ready: listed });
  await shoot(desk, 'webhooks-add', '/settings/webhooks', {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('add-endpoint').click();
      await page.getByTestId('all-events').uncheck();
    },
  });
  const one = (name) => async (page) => {
    await live(page);
    await page.getByTestId('endpoint').getByRole('link', { name }).click();
    await page.getByTestId('send-test').click();
    await expect(page.getByTestId('delivery-state').first()).not.toHaveText('To send');
  };
  await shoot(desk, 'webhooks-one', '/settings/webhooks', { ...admin, ready: one('The CRM') });
  await shoot(desk, 'webhooks-failing', '/settings/webhooks', { ...admin, ready: one('Data warehouse') });
  await shoot(desk, 'webhooks-delivery', '/settings/webhooks', {
    ...admin,
    ready: async (page) => {
      await one('Data warehouse')(page);
      await page.getByTestId('delivery').first().getByRole('link').first().click();
      await expect(page.getByTestId('try').first()).toBeVisible();
      await page.locator('details').first().locator('summary').click();
    },
  });
  server.close();
}
