// Pictures of bots: the list, one of them, the editor with its phone, versions, trial runs, learning, calls.
import { expect } from '@playwright/test';

export async function shootBots({ desk, shoot, isWanted, live }) {
  if (!isWanted('bots')) return;
  const bot = await desk.database.value(`select id from bots order by created_at limit 1`);
  const base = `/settings/bots/${bot}`;
  const admin = { who: 'admin' };
  const at = (name, path, ready = live) => shoot(desk, `bots-${name}`, path, { ...admin, ready });
  await at('list', '/settings/bots');
  await at('add', '/settings/bots', async (page) => {
    await live(page);
    await page.getByTestId('add-bot').click();
    await page.getByTestId('bot-kind').selectOption('webhook');
  });
  await at('one', base);
  await at('switch-off', base, async (page) => {
    await live(page);
    await page.getByTestId('switch-bot').click();
    await expect(page.getByTestId('switch-off-dialog')).toBeVisible();
  });
  await at('flow', `${base}/flow`, async (page) => {
    await live(page);
    await page.getByTestId('part-entry-3').click();
    await page.getByTestId('preview-text').fill('where is my order?');
    await page.getByTestId('preview-send').click();
    await expect(page.getByTestId('decisions').first()).toBeVisible();
  });
  await at('greeting', `${base}/flow`);
  await at('hours', `${base}/flow`, async (page) => {
    await live(page);
    await page.getByTestId('part-hours').click();
    await page.getByTestId('has-hours').check();
    await expect(page.getByTestId('draft-state')).toHaveText('Draft kept');
  });
  await at('versions', `${base}/versions`);
  await at('trials', `${base}/trials`, async (page) => {
    await live(page);
    await page.getByTestId('run-trial').click();
    await expect(page.getByTestId('verdict').first()).toBeVisible();
  });
  await at('learning', `${base}/learning`);
  await at('calls', `${base}/calls`);
}
