// Pictures of what belongs to handoffs: promises to write back, teams, the course of a handoff, what a model answers from.
import { expect } from '@playwright/test';

import { promise } from '../pages.mjs';

export async function shootHandoffs({ desk, shoot, live }) {
  const [sara, admin] = [{ who: 'sara' }, { who: 'admin' }];
  await shoot(desk, 'callbacks-none', '/callbacks', { ...sara, ready: live });
  await promise(desk.database);
  const listed = async (page) => {
    await live(page);
    await expect(page.getByTestId('callback').first()).toBeVisible();
  };
  await shoot(desk, 'callbacks-list', '/callbacks', { ...sara, ready: listed });
  await shoot(desk, 'callbacks-ended', '/callbacks?state=dropped', { ...sara, ready: listed });
  await shoot(desk, 'callbacks-drop', '/callbacks', {
    ...sara,
    ready: async (page) => {
      await listed(page);
      await page.getByTestId('drop').first().click();
      await expect(page.getByTestId('end-callback')).toBeVisible();
    },
  });
  await shoot(desk, 'settings-teams', '/settings/teams', { ...admin, ready: live });
  await shoot(desk, 'teams-form', '/settings/teams', {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('add-team').click();
      await expect(page.getByTestId('team-dialog')).toBeVisible();
    },
  });
  const handed = await desk.database.value(
    `select c.id from conversations c join handoffs h on h.id = c.handoff_id
      where stage = 'waiting' and window_until > now() order by coalesce(jsonb_array_length(h.packet -> 'slots'), 0) desc,
            c.waiting_since limit 1`,
  );
  await shoot(desk, 'thread-course', `/inbox/waiting/${handed}`, {
    ...sara,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('handoff-more').locator('summary').click();
      await expect(page.getByTestId('course').locator('h3').first()).toBeVisible();
      await page.getByTestId('course').scrollIntoViewIfNeeded();
    },
  });
  await shoot(desk, 'thread-menu', `/inbox/waiting/${handed}`, {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('action-more').click();
      await expect(page.getByTestId('action-keep-test')).toBeVisible();
    },
  });
  await shoot(desk, 'thread-keep-test', `/inbox/waiting/${handed}`, {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('action-more').click();
      await page.getByTestId('action-keep-test').click();
      await expect(page.getByTestId('dialog-keep-test').locator('select')).toBeVisible();
    },
  });
  const model = await desk.database.value(
    `insert into bots (id, name, kind, definition)
     values (gen_random_uuid(), 'Shop model', 'openai', $1) returning id`,
    [
      {
        url: 'https://models.example/v1',
        model: 'small',
        faq: [
          { id: 'opening-hours', title: 'Opening hours', text: 'Monday to Friday, 9 to 17. On Saturdays 10 to 14.' },
          { id: 'returns', title: 'Can I send it back?', text: 'Within 30 days, with the slip in the parcel.' },
        ],
      },
    ],
  );
  await shoot(desk, 'bots-faq', `/settings/bots/${model}`, {
    ...admin,
    ready: async (page) => {
      await live(page);
      await page.getByTestId('bot-faq').scrollIntoViewIfNeeded();
    },
  });
}
