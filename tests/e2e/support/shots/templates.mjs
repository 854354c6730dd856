// Pictures of templates and consent: the admin's lists, the picker, and beginning a conversation.
import { expect } from '@playwright/test';

const template = (page, name) => page.locator(`[data-testid=template][data-name=${name}]`).first();

export async function shootTemplates({ desk, shoot, isWanted, live, browser, session }) {
  const admin = { who: 'admin' };
  await shoot(desk, 'settings-templates', '/settings/templates', {
    ...admin,
    ready: async (page) => {
      await live(page);
      await expect(page.getByTestId('template-row').first()).toBeVisible();
    },
  });
  await shoot(desk, 'settings-templates-make', '/settings/templates', { ...admin, ready: make(live, 'top') });
  await shoot(desk, 'settings-templates-preview', '/settings/templates', { ...admin, ready: make(live, 'end') });
  if (isWanted('settings-consent')) await consent({ desk, browser, state: await session('admin') });
  await shoot(desk, 'settings-consent', '/settings/consent', { ...admin, ready: live });
  await shoot(desk, 'settings-consent-import', '/settings/consent', {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('import-consents').click();
      await page.getByTestId('import-csv').fill(
        'address,scope,state,wording,source,time\n+4917139200042,all,opted_in,News of orders,web form,2025-03-31\n' +
          '(030) 1234567,all,opted_in,x,y,2025-01-31\n4917139200042,all,maybe,x,y,2025-01-31',
      );
      await page.getByTestId('import-check').click();
      await expect(page.getByTestId('import-report')).toBeVisible();
    },
  });
  await picker({ desk, shoot, live });
  await compose({ desk, shoot, live });
}

/** Types a whole template. */
function make(live, end) {
  return async (page) => {
    await live(page);
    await page.getByTestId('template-source').filter({ hasText: 'Sample shop' }).getByTestId('make-template').click();
    await page.getByTestId('draft-name').fill('pickup_ready');
    await page.getByTestId('draft-body').fill('Dear {{1}}, your order *{{2}}* is ready. See you!');
    await page.getByTestId('draft-sample').nth(0).fill('Ana');
    await page.getByTestId('draft-sample').nth(1).fill('A-1001');
    await page.locator('#draft-replies').fill('I am coming\nTomorrow');
    if (end === 'end') await page.locator('.template-preview').scrollIntoViewIfNeeded();
    else await page.getByTestId('draft-name').scrollIntoViewIfNeeded();
  };
}

/** A list of those who agreed. */
async function consent({ desk, browser, state }) {
  const context = await browser.newContext({ baseURL: desk.url, storageState: state });
  const page = await context.newPage();
  await page.goto('/settings/consent');
  await expect(page.locator('body')).toHaveAttribute('data-live', 'ready');
  await page.getByTestId('import-consents').click();
  await page.locator('#import-channel').selectOption({ label: 'Sample shop' });
  await page.getByTestId('import-csv').fill(
    'address,scope,state,wording,source,time\n' +
      '+4917139200042,all,opted_in,"I agree that Sample shop writes to me about my orders and its offers",web form,2025-03-31\n' +
      '+447700900123,marketing,opted_out,No offers,mail,2025-02-01',
  );
  await page.getByTestId('import-check').click();
  await page.getByTestId('import-keep').click();
  await expect(page.getByTestId('consent')).toHaveCount(2);
  await context.close();
}

/** Choosing a template in the composer. */
async function picker({ desk, shoot, live }) {
  const id = await desk.database.value(
    `select c.id from conversations c join channels l on l.id = c.channel_id
      where c.window_until < now() and c.stage <> 'resolved' order by c.last_at desc limit 1`,
  );
  const ready = async (page) => {
    await live(page);
    await page.getByTestId('mode-reply').click();
    await expect(template(page, 'hello_world')).toBeVisible();
  };
  await shoot(desk, 'composer-picker', `/inbox/all/${id}`, { who: 'sara', ready });
  await shoot(desk, 'composer-filling', `/inbox/all/${id}`, {
    who: 'sara',
    ready: async (page) => {
      await ready(page);
      await template(page, 'visit_reminder').click();
      await page.getByTestId('template-value').nth(0).fill('Friday');
    },
  });
}

/** Beginning a conversation. */
async function compose({ desk, shoot, live }) {
  const open = async (page) => {
    await live(page);
    await page.keyboard.press('Shift+N');
    const lines = page.getByTestId('compose-channel').locator('option');
    await expect(lines.first()).toBeAttached();
    const shop = lines.filter({ hasText: 'Sample shop' });
    await page.getByTestId('compose-channel').selectOption(await shop.getAttribute('value'));
    await expect(template(page, 'hello_world')).toBeVisible();
  };
  await shoot(desk, 'compose', '/inbox/waiting', { who: 'sara', ready: open });
  await shoot(desk, 'compose-refused', '/inbox/waiting', {
    who: 'sara',
    ready: async (page) => {
      await open(page);
      await page.getByTestId('compose-number').fill('+44 (0)20 7946 0018');
      await template(page, 'order_update').click();
      await page.getByTestId('template-value').nth(0).fill('Ana');
      await page.getByTestId('template-value').nth(1).fill('1001');
      await page.getByTestId('compose-send').click();
      await expect(page.getByTestId('compose-error')).toBeVisible();
      await page.getByTestId('compose-error').scrollIntoViewIfNeeded();
    },
  });
}
