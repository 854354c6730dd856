// Routing rules: an admin builds and orders them without touching a mouse, and they act.
import { Keys } from './support/keys.mjs';
import { expect, test } from './support/test.mjs';
import { live, openSettings } from './support/pages.mjs';

/** A change that is refused is a failed request, which the browser notes. */
const REFUSED = /status of \d+ .*\/api\/ui\/(change|run)/;

/** The draft is kept. */
const kept = (page) => expect(page.getByTestId('draft-state')).toHaveText('Draft kept');

/** A rule of the list, by its name. */
const ruleOf = (page, name) =>
  page.getByTestId('rule').filter({ has: page.getByRole('heading', { name, exact: true }) });

/** The names of the rules, top to bottom. */
const order = (page) => page.getByTestId('rule').locator('h3');

test('an admin builds and orders rules by keyboard alone', async ({ browsers, desk }) => {
  test.setTimeout(240_000);
  const page = await openSettings(await browsers(), desk, '/settings/rules');
  const keys = new Keys(page);
  const refunds = ruleOf(page, 'Refunds first');

  await test.step('a rule is made, and what it lacks is told where it is', async () => {
    await expect(page.getByTestId('law')).toContainText('from top to bottom');
    await expect(page.getByTestId('live-version')).toContainText('No rules are live');
    await keys.press(page.getByTestId('add-rule'));
    await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
    await keys.write(page.getByLabel('Name', { exact: true }), 'Refunds first');
    await kept(page);
    await expect(refunds).toContainText('Keeps the rules from going live');
    await expect(refunds.getByTestId('events')).toContainText('it listens to nothing');
    await keys.turn(refunds.getByLabel('The customer writes', { exact: true }));
    await expect(refunds.getByLabel('The customer writes', { exact: true })).toBeChecked();
  });

  await test.step('its condition is chosen from what the desk knows', async () => {
    await keys.press(refunds.getByTestId('add-condition'));
    const first = refunds.getByTestId('test').first();
    await keys.choose(first.getByLabel('What is asked'), 'Priority');
    await keys.choose(first.getByLabel('How', { exact: true }), 'is none of');
    await keys.turn(first.getByLabel('Urgent'));
    await keys.press(refunds.getByTestId('add-group').last());
    const group = refunds.getByTestId('group').nth(1);
    await keys.choose(group.getByLabel('How', { exact: true }), 'contains');
    await keys.to(group.getByLabel(/^Value/));
    await page.keyboard.type('refund');
    await page.keyboard.press('Enter');
    await page.keyboard.type('money back');
  });

  await test.step('what it does is told with what it needs', async () => {
    const acts = refunds.getByTestId('act');
    await keys.choose(acts.first().getByLabel('What is done'), 'Put labels on');
    await keys.write(acts.first().getByLabel(/^Labels/), 'refund');
    await keys.press(refunds.getByTestId('add-act'));
    await keys.choose(acts.nth(1).getByLabel('What is done'), 'Set the priority');
    await keys.choose(acts.nth(1).getByLabel('Priority', { exact: true }), 'High');
    await kept(page);
    await expect(refunds.getByTestId('rule-notes')).toHaveCount(0);
    await keys.press(refunds.getByTestId('rule-edit'));
    await expect(refunds.getByTestId('rule-edit')).toHaveAttribute('aria-expanded', 'false');
    await expect(refunds).toContainText('“refund”, “money back”');
    await expect(refunds).toContainText('Set the priority: High');
  });

  await test.step('another one is put above it: the focus stays with it, and what it hides is told', async () => {
    await keys.press(page.getByTestId('add-rule'));
    await keys.write(page.getByLabel('Name', { exact: true }), 'Everything');
    const all = ruleOf(page, 'Everything');
    await keys.turn(all.getByLabel('The customer writes', { exact: true }));
    await keys.choose(all.getByTestId('act').getByLabel('What is done'), 'Put it into the queue');
    await keys.press(all.getByTestId('rule-edit'));
    await keys.press(all.getByTestId('rule-up'));
    await expect(order(page)).toHaveText(['Everything', 'Refunds first']);
    await expect(all.getByTestId('rule-up')).toBeFocused();
    await expect(page.getByTestId('moved')).toHaveText('Everything is now number 1 of 2');
    await expect(refunds.getByTestId('rule-notes')).toContainText('never reached');
    await keys.turn(all.getByTestId('rule-on'));
    await expect(refunds.getByTestId('rule-notes')).toHaveCount(0);
    await keys.press(all.getByTestId('rule-down'));
    await expect(order(page)).toHaveText(['Refunds first', 'Everything']);
    await expect(all.getByTestId('rule-down')).toBeFocused();
  });
});

test('the inbox says why a conversation is where it is', async ({ agent, browsers, desk, phone }) => {
  const page = await openSettings(await browsers(), desk, '/settings/rules');
  await page.getByTestId('add-rule').click();
  await page.getByLabel('Name', { exact: true }).fill('Everybody waits');
  const rule = ruleOf(page, 'Everybody waits');
  await rule.getByLabel('The customer writes', { exact: true }).check();
  await rule.getByLabel('What is done').selectOption({ label: 'Write a private note' });
  await rule.getByLabel('Note', { exact: true }).fill('Seen by a rule.');
  await kept(page);
  await page.getByTestId('publish').click();
  await page.getByTestId('publish-dialog').getByTestId('submit').click();
  await expect(page.locator('[data-testid=version][data-version="1"]')).toContainText('Live');

  const ana = await phone('Ana Why');
  await ana.write('hello?');
  const sara = await agent('sara', { next: '/inbox/all' });
  await sara.open('Ana Why');
  const why = sara.page.getByTestId('why');
  await why.locator('summary').first().click();
  const decision = why.getByTestId('decision').filter({ hasText: 'Everybody waits' }).first();
  await expect(decision).toContainText('The customer writes');
  await expect(decision).toContainText('Version 1');
  await expect(decision.getByTestId('done')).toContainText('Write a private note');
  await decision.getByText('What was looked at').click();
  await expect(decision.getByTestId('looked')).toHaveAttribute('data-verdict', 'matched');

  await test.step('and the rules can be asked about it as it is now', async () => {
    const admin = await openSettings(await browsers(), desk, '/settings/rules/test');
    await admin.getByTestId('trial-on').selectOption({ label: 'A conversation' });
    await admin.getByLabel('Address or id of the conversation').fill('nowhere');
    await admin.getByTestId('run-trial').click();
    await expect(admin.locator('#trial-conversation-error')).toBeVisible();
    await admin.getByTestId('trial-latest').selectOption(sara.conversation());
    await admin.getByTestId('run-trial').click();
    await expect(admin.getByTestId('looked')).toHaveAttribute('data-verdict', 'matched');
    await expect(admin.getByTestId('would')).toContainText('Seen by a rule.');
  });
});

test('two who edit rules at once do not write over each other', async ({ browsers, desk, watch }) => {
  watch.allow(REFUSED);
  const [mine, theirs] = await Promise.all(
    [1, 2].map(async () => openSettings(await browsers(), desk, '/settings/rules')),
  );
  await theirs.getByTestId('add-rule').click();
  await theirs.getByLabel('Name', { exact: true }).fill('Theirs');
  await kept(theirs);
  await mine.getByTestId('add-rule').click();
  await mine.getByLabel('Name', { exact: true }).fill('Mine');
  await expect(mine.getByTestId('not-kept')).toContainText('has changed the draft since you opened it');
  await mine.getByTestId('load-theirs').click();
  await expect(order(mine)).toHaveText(['Theirs']);
  await live(mine);
  await mine.getByTestId('rules-menu').click();
  await mine.getByTestId('discard').click();
  await mine.getByTestId('discard-dialog').getByTestId('submit').click();
  await expect(order(mine)).toHaveCount(0);
  await expect(mine.getByText('There is no rule yet')).toBeVisible();
});
