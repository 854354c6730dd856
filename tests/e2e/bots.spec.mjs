// Bots: one is made, edited, tried, published and taken back; and what it did not understand becomes an answer.
import { expect, test } from './support/test.mjs';
import { live, openSettings, Phone } from './support/pages.mjs';

/** A change that is refused is a failed request, which the browser notes. */
const REFUSED = /status of \d+ .*\/api\/ui\/(change|run)/;

/** The draft is kept. */
const kept = (page) => expect(page.getByTestId('draft-state')).toHaveText('Draft kept');

async function say(page, text) {
  await page.getByTestId('preview-text').fill(text);
  await page.getByTestId('preview-send').click();
}

test('an admin makes a bot, edits it, talks to it, publishes it and takes it back', async ({ browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const page = await openSettings(await browsers(), desk, '/settings/bots');

  await test.step('it is added with a name alone, for the built-in kind needs nothing else', async () => {
    await page.getByTestId('add-bot').click();
    const dialog = page.getByTestId('add-bot-dialog');
    await dialog.getByTestId('submit').click();
    await expect(dialog.locator('#bot-name')).toHaveAttribute('aria-invalid', 'true');
    await dialog.locator('#bot-name').fill('Helper');
    await dialog.getByTestId('submit').click();
    await expect(page.getByTestId('bot-page')).toContainText('Helper');
    await expect(page.getByTestId('bot-facts')).toContainText('Version 1');
  });

  await test.step('what it may is kept within bounds', async () => {
    await page.locator('#term-turn_budget').fill('0');
    await page.getByTestId('save-terms').click();
    await expect(page.locator('#term-turn_budget-error')).toContainText('from 1 to 10000');
    await page.locator('#term-turn_budget').fill('20');
    await page.getByTestId('save-terms').click();
    await expect(page.getByTestId('toast').first()).toContainText('Saved');
  });

  await test.step('another greeting is a draft, and the phone says it at once', async () => {
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await expect(page.getByTestId('flow-editor')).toBeVisible();
    await page.locator('#at-greeting-hello').fill('Welcome to the shop, {name}!');
    await say(page, 'hi');
    await expect(page.getByTestId('preview-theirs').first()).toContainText('Welcome to the shop, Ada!');
    await expect(page.getByTestId('decisions').first()).toContainText('Says who it is');
    await kept(page);
  });

  await test.step('a new entry leads somewhere, and what is wrong with it is told where it is', async () => {
    await page.getByTestId('add-entry').click();
    await page.getByLabel('Title', { exact: true }).fill('Gift cards');
    await page.getByLabel('Keywords').fill('gift card\nvoucher');
    await kept(page);
    await expect(page.getByTestId('findings')).toContainText('text is empty');
    await page.getByTestId('step').first().getByLabel('Text', { exact: true }).fill('From 10 euros, at the till.');
    await kept(page);
    await expect(page.getByTestId('findings')).toHaveCount(0);
    await say(page, 'do you sell a voucher?');
    await expect(page.getByTestId('preview-theirs').last()).toContainText('From 10 euros');
    await expect(page.getByTestId('decisions').last()).toContainText('“voucher” leads to Gift cards');
  });

  await test.step('a choice is tapped, a question answered, and people are told what it has learned', async () => {
    await page.getByTestId('preview-anew').click();
    await say(page, 'hello');
    await page.locator('[data-choice=track]').click();
    await say(page, 'A-10482');
    await expect(page.getByTestId('preview-packet')).toContainText('Where is order A-10482?');
    await expect(page.getByTestId('preview-packet')).toContainText('order_number');
  });

  await test.step('a language is flagged where it is missing', async () => {
    await page.getByTestId('part-languages').click();
    await page.getByTestId('add-language').click();
    await page.getByTestId('language').getByLabel('Code').fill('de');
    await page.getByTestId('language').getByLabel('Words that only its speakers use').fill('hallo');
    await kept(page);
    await expect(page.getByTestId('gaps')).toBeVisible();
    await page.getByTestId('edited-in').selectOption('de');
    await page.getByTestId('part-greeting').click();
    await page.locator('#at-greeting-hello').fill('Willkommen!');
    await kept(page);
    await page.getByTestId('preview-anew').click();
    await say(page, 'Hallo');
    await expect(page.getByTestId('preview-theirs').first()).toContainText('Willkommen!');
  });

  await test.step('it goes live once the admin has said so twice, for texts are missing', async () => {
    await page.getByTestId('publish').click();
    const dialog = page.getByTestId('publish-dialog');
    await dialog.locator('[name=note]').fill('Kinder words');
    await dialog.getByTestId('submit').click();
    await expect(dialog.getByTestId('form-error')).toContainText('missing in a language');
    await dialog.getByTestId('with-gaps').check();
    await dialog.getByTestId('submit').click();
    const live = page.locator('[data-testid=version][data-version="2"]');
    await expect(live).toContainText('Live');
    await expect(live).toContainText('Kinder words');
    await live.locator('summary').first().click();
    await expect(live.getByTestId('differences')).toContainText('Welcome to the shop');
  });

  await test.step('the first version comes back as the third', async () => {
    const first = page.locator('[data-testid=version][data-version="1"]');
    await first.locator('summary').first().click();
    await first.getByTestId('restore').click();
    await page.getByTestId('restore-dialog').getByTestId('submit').click();
    const third = page.locator('[data-testid=version][data-version="3"]');
    await expect(third).toContainText('Live');
    await expect(third).toContainText('Brings back version 1');
    const definition = await desk.database.value(
      `select definition ->> 'greeting' from bots where name = 'Helper'`,
    );
    expect(definition).not.toContain('Welcome to the shop');
  });

  await test.step('it is switched off and removed', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByTestId('switch-bot').click();
    await page.getByTestId('switch-off-dialog').getByTestId('submit').click();
    await expect(page.getByTestId('bot-off')).toBeVisible();
    await page.getByTestId('remove-bot').click();
    await page.getByTestId('remove-bot-dialog').getByTestId('submit').click();
    await expect(page).toHaveURL(/\/settings\/bots$/);
    await expect(page.getByTestId('bot').filter({ hasText: 'Helper' })).toHaveCount(0);
  });
});

test('what a bot did not understand becomes an answer, tried before it goes live', async ({ browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const context = await browsers();
  const phone = new Phone(await (await browsers()).newPage());
  await phone.open('4917139200042');
  await phone.write('hi');
  await expect(phone.choice('Opening hours').first()).toBeVisible();
  await phone.write('gift cards?');
  await expect(phone.theirs('I did not understand')).toBeVisible();

  const page = await openSettings(context, desk, '/settings/bots');
  await page.getByTestId('bot').first().getByRole('link').click();
  await page.getByRole('link', { name: 'Learning' }).click();
  const group = page.getByTestId('group').filter({ hasText: 'gift cards?' });

  await test.step('it is listed with what happened, and gets an answer', async () => {
    await expect(group).toContainText('1 not understood');
    await group.getByTestId('add-answer').click();
    const dialog = page.getByTestId('add-answer-dialog');
    await dialog.locator('#answer-title').fill('Gift cards');
    await dialog.locator('#answer-text').fill('Yes, from 10 euros.');
    await dialog.getByTestId('submit').click();
    await expect(group).toContainText('leads to Gift cards by now');
  });

  await test.step('the draft is tried on the talk: only that differs', async () => {
    await page.getByRole('link', { name: 'Trial runs' }).click();
    await page.getByTestId('run-trial').click();
    const differs = page.locator('[data-testid=verdict][data-verdict=differs]');
    await expect(differs.getByTestId('example')).toHaveCount(1);
    await expect(differs).toContainText('gift cards?');
    await expect(differs).toContainText('Yes, from 10 euros.');
    await differs.getByRole('button', { name: 'Keep as a test' }).click();
    const dialog = page.getByTestId('keep-test-dialog');
    await dialog.locator('#test-name').fill('Gift cards');
    await dialog.getByTestId('submit').click();
    await expect(page.getByTestId('test')).toContainText('Gift cards');
  });

  await test.step('once it is published the customer is answered', async () => {
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await live(page);
    await page.getByTestId('publish').click();
    await page.getByTestId('publish-dialog').getByTestId('submit').click();
    await expect(page.locator('[data-testid=version][data-version="2"]')).toContainText('Live');
    await phone.write('do you have gift cards?');
    await expect(phone.theirs('Yes, from 10 euros.')).toBeVisible();
  });
});

test('what a model answers from is a list that is added to, ordered and cut down', async ({ browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const page = await openSettings(await browsers(), desk, '/settings/bots');
  await page.getByTestId('add-bot').click();
  const dialog = page.getByTestId('add-bot-dialog');
  await dialog.locator('#bot-name').fill('Model');
  await dialog.getByLabel('Kind').selectOption({ label: 'OpenAI-compatible model' });
  await dialog.getByLabel('Address').fill('https://models.example/v1');
  await dialog.getByLabel('Model', { exact: true }).fill('small');
  await dialog.getByTestId('submit').click();
  const faq = page.getByTestId('bot-faq');
  await expect(faq.getByTestId('faq-none')).toBeVisible();
  const entries = faq.getByTestId('faq-entry');

  await faq.getByTestId('add-faq').click();
  await entries.nth(0).getByLabel('Question or topic').fill('Opening hours');
  await faq.getByTestId('save-faq').click();
  await expect(entries.nth(0)).toContainText('text is missing');
  await entries.nth(0).getByLabel('Answer').fill('Monday to Friday, 9 to 5.');
  await faq.getByTestId('add-faq').click();
  await entries.nth(1).getByLabel('Question or topic').fill('Parking');
  await entries.nth(1).getByLabel('Answer').fill('Behind the house.');
  await entries.nth(1).getByTestId('faq-up').click();
  await faq.getByTestId('save-faq').click();
  await expect(page.getByTestId('toast').first()).toContainText('Saved');
  await expect(entries.nth(0)).toContainText('parking');
  await expect(entries.nth(1)).toContainText('opening-hours');
  await expect(page.getByTestId('bot-facts')).toContainText('Version 2');
  await entries.nth(0).getByTestId('faq-remove').click();
  await faq.getByTestId('save-faq').click();
  await expect(page.getByTestId('bot-facts')).toContainText('Version 3');
  await page.reload();
  await live(page);
  await expect(entries).toHaveCount(1);
  await expect(entries.nth(0).getByLabel('Answer')).toHaveValue('Monday to Friday, 9 to 5.');
});

test('an admin saves a conversation of the inbox as a test of its bot', async ({ agent, phone }) => {
  const ana = await phone('Ana Test');
  await ana.write('hi');
  await expect(ana.theirs('Hello')).not.toHaveCount(0);
  const admin = await agent('admin', { next: '/inbox/all' });
  await admin.open('Ana Test');
  await admin.action('more').click();
  await admin.action('keep-test').click();
  const dialog = admin.page.getByTestId('dialog-keep-test');
  await expect(dialog.getByLabel('Name of the test')).toHaveValue('Ana Test');
  await dialog.getByLabel('Name of the test').fill('A plain greeting');
  await dialog.getByTestId('keep-test').click();
  await expect(admin.toast).toContainText('Saved as a test');
  await admin.action('more').click();
  await admin.action('keep-test').click();
  await expect(dialog).toContainText('It is a test of this bot already: A plain greeting');
  await admin.page.keyboard.press('Escape');

  const sara = await agent('sara', { next: '/inbox/all' });
  await sara.open('Ana Test');
  await sara.action('more').click();
  await expect(sara.action('details')).toBeVisible();
  await expect(sara.action('keep-test')).toHaveCount(0);
});
