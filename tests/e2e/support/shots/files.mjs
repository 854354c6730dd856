// Pictures of files: in a thread, in the composer, on a phone.
import { expect } from '@playwright/test';

import { file, picture } from '../files.mjs';
import { live, Phone } from '../pages.mjs';

const NUMBER = '447700900123';

export async function shootFiles({ desk, shoot, isWanted, browser, session }) {
  if (!['thread-media', 'composer-attached', 'composer-refused', 'sandbox-media'].some(isWanted)) return;
  const id = await exchange({ desk, browser, state: await session('sara') });
  const path = `/inbox/mine/${id}`;
  const ready = async (page) => {
    await live(page, 6_000);
    await expect(page.getByTestId('picture').first()).toBeVisible();
  };
  await shoot(desk, 'thread-media', path, { who: 'sara', ready });
  await shoot(desk, 'composer-attached', path, {
    who: 'sara',
    ready: async (page) => {
      await ready(page);
      await page.getByTestId('attach').setInputFiles(file('receipt-of-the-return-in-march.png', 'image/png', picture(90, 60)));
      await expect(page.getByTestId('attached').getByRole('status')).toBeEmpty();
      await page.getByTestId('composer').fill('Here is the receipt.');
    },
  });
  await shoot(desk, 'composer-refused', path, {
    who: 'sara',
    ready: async (page) => {
      await ready(page);
      await page.getByTestId('attach').setInputFiles(file('notes.txt', 'text/plain', Buffer.alloc(0)));
      await expect(page.getByTestId('attached').getByRole('status')).not.toBeEmpty();
    },
  });
  await shoot(desk, 'sandbox-media', `/sandbox?phone=${NUMBER}`, {
    ready: (page) => expect(page.locator('img[data-media=image]').first()).toBeVisible(),
  });
}

/** Files of every kind, from both sides; gives the conversation. */
async function exchange({ desk, browser, state }) {
  const [theirs, ours] = await Promise.all([
    browser.newContext({ baseURL: desk.url }),
    browser.newContext({ baseURL: desk.url, storageState: state }),
  ]);
  const customer = new Phone(await theirs.newPage());
  await customer.open(NUMBER);
  await customer.write('talk to a person');
  const page = await ours.newPage();
  await page.goto('/inbox/waiting');
  await page.locator('[data-conversation]').filter({ hasText: 'Tom Becker' }).click();
  await page.getByTestId('action-take').click();
  for (const what of ['image', 'document', 'voice', 'location']) await customer.attach(what);
  await expect(page.getByTestId('picture')).toHaveCount(1);
  await page.getByTestId('attach').setInputFiles(file('shelf.png', 'image/png', picture(640, 420)));
  await expect(page.getByTestId('attached').getByRole('status')).toBeEmpty();
  await page.getByTestId('composer').fill('This is the one that we have on the shelf.');
  await page.getByTestId('send').click();
  await expect(customer.theirs('on the shelf')).toBeVisible();
  const id = new URL(page.url()).pathname.split('/')[3];
  await theirs.close();
  await ours.close();
  return id;
}
