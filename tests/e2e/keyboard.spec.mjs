// Everything that is done often is done by keys.
import { expect, test } from './support/test.mjs';

test.beforeEach(async ({ desk }) => {
  await desk.loadSamples();
});

test('j, k and Enter move; r, n, c, e, h, t, b act', async ({ agent }) => {
  const sara = await agent('sara');
  const { page } = sara;
  const rows = sara.list.locator('[data-conversation]');
  const selected = sara.list.locator('[aria-selected=true]');
  const ids = await rows.evaluateAll((all) => all.map((one) => one.dataset.conversation));
  expect(ids.length).toBeGreaterThan(4);

  await test.step('through the list', async () => {
    await page.keyboard.press('j');
    await expect(selected).toHaveAttribute('data-conversation', ids[0]);
    await expect(page).toHaveURL(new RegExp(`/inbox/waiting/${ids[0]}$`));
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect(selected).toHaveAttribute('data-conversation', ids[2]);
    await page.keyboard.press('k');
    await expect(selected).toHaveAttribute('data-conversation', ids[1]);
    await expect(sara.thread).toBeVisible();
    await page.goBack();
    await expect(selected).toHaveAttribute('data-conversation', ids[2]);
    await page.goForward();
    await expect(selected).toHaveAttribute('data-conversation', ids[1]);
  });

  await test.step('into the composer and out of it', async () => {
    await page.keyboard.press('Enter');
    await expect(sara.composer).toBeFocused();
    // A letter is a letter there.
    await page.keyboard.type('je kn');
    await expect(sara.composer).toHaveValue('je kn');
    await expect(selected).toHaveAttribute('data-conversation', ids[1]);
    await page.keyboard.press('Escape');
    await expect(sara.list).toBeFocused();
    await page.keyboard.press('r');
    await expect(sara.composer).toBeFocused();
    await expect(page.getByTestId('mode-reply')).toHaveAttribute('aria-pressed', 'true');
    await expect(sara.composer).toHaveValue('je kn');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Escape');
  });

  await test.step('a note', async () => {
    await page.keyboard.press('n');
    await expect(sara.composer).toBeFocused();
    await expect(page.getByTestId('mode-note')).toHaveAttribute('aria-pressed', 'true');
    await expect(sara.composer).toHaveValue('');
    await page.keyboard.type('by keys alone');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('in two lines');
    await page.keyboard.press('Enter');
    await expect(sara.messages().filter({ hasText: 'by keys alone' })).toHaveAttribute('data-state', 'note');
    await page.keyboard.press('Control+Shift+M');
    await expect(page.getByTestId('mode-reply')).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('Escape');
  });

  await test.step('take it', async () => {
    await page.keyboard.press('c');
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  });

  await test.step('the questions open by key and close by Escape', async () => {
    for (const [key, dialog] of [
      ['h', 'dialog-snooze'],
      ['t', 'dialog-transfer'],
      ['b', 'dialog-return'],
      ['l', 'dialog-label'],
      ['p', 'dialog-priority'],
    ]) {
      await page.keyboard.press(key);
      await expect(page.getByTestId(dialog)).toBeVisible();
      // Keys of the page do nothing meanwhile.
      await page.keyboard.press('Escape');
      await expect(page.getByTestId(dialog)).toBeHidden();
    }
  });

  await test.step('resolve it', async () => {
    await page.keyboard.press('e');
    await expect(sara.stage).toHaveAttribute('data-stage', 'resolved');
  });

  await test.step('out of the thread', async () => {
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/\/inbox\/waiting$/);
  });
});

test('the help, the palette and the chains', async ({ agent }) => {
  const sara = await agent('sara');
  const { page } = sara;

  await test.step('? shows every key', async () => {
    await page.keyboard.press('?');
    const help = page.getByTestId('help');
    await expect(help).toBeVisible();
    await expect(help).toContainText('Take the conversation');
    await page.keyboard.press('Escape');
    await expect(help).toBeHidden();
  });

  await test.step('Ctrl+K finds commands and conversations', async () => {
    const name = (await sara.list.locator('.row__name').nth(2).innerText()).trim();
    await page.keyboard.press('Control+k');
    const input = page.getByTestId('palette-input');
    // Who types on at once types into the palette, wherever the focus still is: none of it is a key of the page.
    await page.keyboard.type('snoozed nobody');
    await expect(input).toBeFocused();
    await expect(input).toHaveValue('snoozed nobody');
    await expect(page.getByTestId('palette')).toContainText('Nothing fits');
    await input.fill(name);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('palette')).toBeHidden();
    await expect(sara.thread).toHaveAccessibleName(`Messages with ${name}`);
    await page.keyboard.press('Control+k');
    await expect(input).toBeFocused();
    await expect(input).toHaveValue('');
    await page.keyboard.type('go to mine');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await input.fill('my conv');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/inbox\/mine$/);
  });

  await test.step('g and a letter go places', async () => {
    for (const [key, path] of [
      ['w', 'waiting'],
      ['a', 'all'],
      ['b', 'bot'],
      ['i', 'mine'],
    ]) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await expect(page).toHaveURL(new RegExp(`/inbox/${path}$`));
    }
  });

  await test.step('letters can be switched off', async () => {
    await page.keyboard.press('?');
    await page.getByTestId('letters').click();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('help')).toBeHidden();
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.keyboard.press('j');
    await page.keyboard.press('Control+k');
    await expect(page.getByTestId('palette-input')).toBeFocused();
    await expect(page).toHaveURL(/\/inbox\/mine$/);
    await page.keyboard.press('Escape');
  });

  await test.step('the whole way by keys: take, answer, hand on', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('show keyboard');
    await page.keyboard.press('Enter');
    await page.getByTestId('letters').click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await expect(sara.list).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
    await page.keyboard.press('r');
    await page.keyboard.type('Hello, this is Sara.');
    await page.keyboard.press('Enter');
    await expect(sara.message('Hello, this is Sara.')).toHaveCount(1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await expect(page.getByTestId('return-note')).toBeFocused();
    await page.keyboard.type('Settled.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(sara.stage).toHaveAttribute('data-stage', 'bot');
  });
});

test('drafts do not leak from one conversation to another', async ({ agent }) => {
  const sara = await agent('sara');
  const { page } = sara;
  const write = async (key, text) => {
    await expect(sara.composer).toBeVisible();
    await page.keyboard.press(key);
    await expect(sara.composer).toBeFocused();
    await page.keyboard.type(text);
  };
  await page.keyboard.press('j');
  await write('r', 'for the first one');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await expect(sara.composer).toHaveValue('');
  await write('n', 'a note for the second');
  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await expect(sara.composer).toHaveValue('for the first one');
  await page.reload();
  await expect(sara.composer).toHaveValue('for the first one');
  await expect(page.locator('body')).toHaveAttribute('data-live', 'ready');
  await page.keyboard.press('j');
  await expect(sara.page.getByTestId('mode-note')).toBeVisible();
  await page.keyboard.press('n');
  await expect(sara.composer).toHaveValue('a note for the second');
});

test('who presses r and types on while the thread is still on its way does nothing else by that', async ({ agent }) => {
  const sara = await agent('sara');
  const { page } = sara;
  await page.route('**/api/ui/thread', async (route) => {
    await new Promise((done) => setTimeout(done, 800));
    await route.continue();
  });
  await page.keyboard.press('j');
  await page.keyboard.press('r');
  // Were these letters taken for keys, the conversation would be resolved.
  await page.keyboard.type('ee');
  await expect(sara.composer).toBeVisible();
  await expect(sara.stage).toHaveAttribute('data-stage', 'waiting');
  await expect(sara.composer).toBeFocused();
});
