// Pictures of routing rules: the list, one that is edited, going live, a test, versions, and why a conversation is where it is.
import { expect } from '@playwright/test';

import { rules } from '../pages.mjs';

export async function shootRules({ desk, shoot, isWanted, live }) {
  if (!isWanted('rules')) return;
  const admin = { who: 'admin' };
  const at = (name, path, ready = live) => shoot(desk, `rules-${name}`, path, { ...admin, ready });
  await at('none', '/settings/rules');
  const waiting = await desk.database.value(
    `select id from conversations where stage = 'waiting' order by waiting_since limit 1`,
  );
  await rules(desk.database, waiting);
  const edit = (number, shown) => async (page) => {
    await live(page);
    await page.getByTestId('rule-edit').nth(number).click();
    await expect(page.getByTestId(shown).first()).toBeVisible();
  };
  await at('list', '/settings/rules');
  await at('edit', '/settings/rules', edit(0, 'group'));
  await at('ladder', '/settings/rules', edit(1, 'rung'));
  await at('publish', '/settings/rules', async (page) => {
    await live(page);
    await page.getByTestId('publish').click();
    await expect(page.getByTestId('differences')).toBeVisible();
  });
  await at('test', '/settings/rules/test', async (page) => {
    await live(page);
    await page.getByTestId('trial-event').selectOption('handed_off');
    await page.getByTestId('sample').getByLabel('Value').fill('I want a refund');
    await page.getByTestId('run-trial').click();
    await expect(page.getByTestId('looked').first()).toBeVisible();
  });
  await at('versions', '/settings/rules/versions', async (page) => {
    await live(page);
    await page.getByTestId('version').first().locator('summary').first().click();
  });
  await at('why', `/inbox/waiting/${waiting}`, async (page) => {
    await live(page);
    const why = page.getByTestId('why').locator('summary').first();
    if (page.viewportSize().width < 1200) await page.keyboard.press('i');
    await why.click();
    await expect(page.getByTestId('decision').first()).toBeVisible();
    await page.getByTestId('decision').first().locator('summary').first().click();
  });
}
