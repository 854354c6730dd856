// Templates: the admin's list and making one, and sending one when the 24 hours are over.
import { expect, test } from './support/test.mjs';
import { openSettings } from './support/pages.mjs';

/** The connection of the sandbox that phones write to unless they choose another. */
const SHOP = 'Sample shop';

test('an admin reads the list, narrows it down, makes a template and sees it approved', async ({ browsers, desk }) => {
  const page = await openSettings(await browsers(), desk, '/settings/templates');
  const rows = page.getByTestId('template-row');
  const row = (name) => page.locator(`[data-testid=template-row][data-name=${name}]`);
  const source = page.getByTestId('template-source').filter({ hasText: SHOP });

  await test.step('what the providers have is there, with where it stands and why', async () => {
    await source.getByTestId('sync-templates').click();
    await expect(source).toContainText(/[1-9] templates · read/);
    await page.reload();
    await expect(row('hello_world').first()).toContainText('Answer to talk to us');
    await expect(row('hello_world').first()).toContainText('Approved');
    await expect(row('free_money').first()).toContainText('Rejected');
    await expect(row('free_money').first()).toContainText('ABUSIVE_CONTENT');
    await expect(row('new_arrivals').first()).toContainText('Paused');
  });

  await test.step('it is narrowed down by words, state and purpose', async () => {
    await page.getByTestId('template-words').fill('your order');
    await expect(row('hello_world')).toHaveCount(0);
    await expect(row('order_update')).not.toHaveCount(0);
    await page.getByTestId('template-words').fill('');
    await page.getByLabel('State').selectOption({ label: 'Paused' });
    await expect(row('order_update')).toHaveCount(0);
    await expect(row('new_arrivals')).not.toHaveCount(0);
    await page.getByLabel('State').selectOption({ label: 'Any state' });
    await page.getByLabel('Category').selectOption({ label: 'Codes' });
    await expect(page.getByText('No template fits.')).toBeVisible();
    await page.getByLabel('Category').selectOption({ label: 'Any category' });
    await expect(row('hello_world')).not.toHaveCount(0);
  });

  const dialog = page.getByTestId('make-template-dialog');
  const submit = dialog.getByTestId('submit-template');
  const why = dialog.getByRole('status');

  await test.step('what is wrong with a new one is said while it is typed', async () => {
    await source.getByTestId('make-template').click();
    await expect(submit).toBeDisabled();
    await dialog.getByTestId('draft-name').fill('Pickup Ready');
    await expect(why).toContainText('small letters');
    await dialog.getByTestId('draft-name').fill('pickup_ready');
    await expect(why).toContainText('Write a text');
    await dialog.getByTestId('draft-body').fill('Dear {{1}}, it is ready at {{2}}');
    await expect(why).toContainText('neither at the beginning nor at the end');
    await dialog.getByTestId('draft-body').fill('Dear {{1}}, it is ready at {{2}}. See you!');
    await expect(why).toContainText('sample for each variable');
    await expect(submit).toBeDisabled();
  });

  await test.step('the preview reads as the customer will', async () => {
    await dialog.getByTestId('draft-sample').nth(0).fill('Ana');
    await dialog.getByTestId('draft-sample').nth(1).fill('noon');
    await dialog.getByLabel('Quick replies').fill('I am coming\nTomorrow');
    const preview = dialog.getByLabel('What the customer will read');
    await expect(preview).toContainText('Dear Ana, it is ready at noon. See you!');
    await expect(preview).toContainText('Tomorrow');
    await expect(why).toHaveCount(0);
  });

  await test.step('it is submitted once, and approved', async () => {
    await submit.click();
    await expect(dialog).toBeHidden();
    await expect(page.getByTestId('toast').filter({ hasText: 'Submitted' })).toBeVisible();
    await expect.poll(() => desk.database.value(`select status from templates where name = 'pickup_ready'`)).toBe('approved');
    await page.reload();
    await page.getByTestId('template-words').fill('pickup');
    await expect(rows).toHaveCount(1);
    await expect(row('pickup_ready')).toContainText('Approved');
  });
});

test('when the 24 hours are over a template is found, filled in and sent', async ({ agent, desk, phone }) => {
  const tina = await phone('Tina Template');
  const sara = await agent('sara');
  const { page } = sara;
  await tina.write('talk to a person');
  await sara.open('Tina Template');
  await sara.action('take').click();
  await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  await desk.database.query(`update conversations set window_until = now() - interval '1 hour' where id = $1`, [
    sara.conversation(),
  ]);
  await sara.go(new URL(page.url()).pathname);

  const picker = page.getByTestId('template-picker');
  const filling = page.getByTestId('template-filling');
  const template = (name) => picker.locator(`[data-testid=template][data-name=${name}]`);
  const send = page.getByTestId('send');
  const preview = page.getByTestId('template-preview');

  await test.step('why nothing else can be sent is said, and the templates are there', async () => {
    await expect(page.getByTestId('window-closed')).toContainText('24-hour window is closed');
    await expect(sara.composer).toBeDisabled();
    await expect(template('hello_world')).toHaveCount(1);
    await expect(send).toHaveAttribute('aria-disabled', 'true');
  });

  await test.step('one that is not approved says so and cannot be chosen', async () => {
    await expect(template('free_money')).toContainText('Rejected');
    await expect(template('free_money')).toBeDisabled();
    // Who presses it all the same gets nowhere.
    await template('free_money').click({ force: true });
    await expect(filling).toHaveCount(0);
  });

  await test.step('it is found by words and language', async () => {
    await page.getByTestId('template-search').fill('order');
    await expect(template('hello_world')).toHaveCount(0);
    await expect(template('order_update')).toHaveCount(1);
    await page.getByTestId('template-language').selectOption('en');
    await expect(template('order_update').getByText('en', { exact: true })).toBeVisible();
    await page.getByTestId('template-category').selectOption('marketing');
    await expect(template('order_update')).toHaveCount(0);
    await page.getByTestId('template-category').selectOption('utility');
    await template('order_update').click();
  });

  await test.step('it is filled in, and cannot go while something is missing', async () => {
    const values = filling.getByTestId('template-value');
    await expect(values).toHaveCount(2);
    await expect(values.nth(0)).toHaveAttribute('placeholder', 'Ana');
    await values.nth(0).fill('Tina');
    await expect(preview).toContainText('Hello Tina, your order {{2}} is on its way.');
    await expect(send).toHaveAttribute('aria-disabled', 'true');
    await values.nth(1).fill('   ');
    await expect(send).toHaveAttribute('aria-disabled', 'true');
    await send.click({ force: true });
    await expect(filling).toBeVisible();
    await values.nth(1).fill('A-77');
    await expect(preview).toHaveText('Hello Tina, your order A-77 is on its way.');
    await expect(send).not.toHaveAttribute('aria-disabled');
  });

  await test.step('what was sent is what was shown, and it was sent once', async () => {
    const text = 'Hello Tina, your order A-77 is on its way.';
    await send.click();
    await expect(sara.message(text)).toHaveCount(1);
    await expect(tina.theirs(text)).toHaveCount(1);
    await expect(sara.message(text)).toHaveAttribute('data-state', /delivered|read/);
    await expect(filling).toHaveCount(0);
    const sent = await desk.database.value(`select count(*)::int from messages where body ? 'template'`);
    expect(sent).toBe(1);
  });

  await test.step('an answer opens the window again', async () => {
    await tina.write('thank you');
    await expect(sara.message('thank you')).toHaveCount(1);
    await expect(page.getByTestId('window-closed')).toHaveCount(0);
    await expect(sara.composer).toBeEnabled();
    await sara.reply('You are welcome');
    await expect(tina.theirs('You are welcome')).toHaveCount(1);
  });
});

test('a template with buttons can be sent inside the window too, and its buttons answer', async ({ agent, phone }) => {
  const tom = await phone('Tom Tapper');
  const sara = await agent('sara');
  const { page } = sara;
  await tom.write('talk to a person');
  await sara.open('Tom Tapper');
  await page.getByTestId('templates').click();
  await page.getByTestId('template-language').selectOption('en');
  await page.locator('[data-testid=template][data-name=visit_reminder]').click();
  await expect(page.getByTestId('template-filling')).toContainText('There is none in en: this one is in en_US.');
  const [day, who, time] = [0, 1, 2].map((at) => page.getByTestId('template-value').nth(at));
  await day.fill('Friday');
  await who.fill('Tom');
  await time.fill('10:30');
  const preview = page.getByTestId('template-preview');
  await expect(preview).toContainText('Your visit on Friday');
  await expect(preview).toContainText('I will come');
  await page.getByTestId('send').click();
  await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  await expect(page.getByTestId('templates')).toHaveAttribute('aria-pressed', 'false');
  await expect(tom.theirs('Dear Tom, we expect you at 10:30.')).toContainText('Your visit on Friday');
  await tom.choice('Another day').click();
  await expect(sara.messages().filter({ hasText: 'Another day' }).last()).toHaveAttribute('data-author', 'contact');
});
