// Beginning a conversation with somebody who has not written: only with their consent.
import { expect, test } from './support/test.mjs';
import { openSettings } from './support/pages.mjs';

/** One of the sandbox's own phones. */
const ANA = { name: 'Ana Souza', digits: '4917139200042', written: '+49 171 39200042' };
const HEAD = 'address,scope,state,wording,source,time';

test('an agent writes first to somebody who has agreed, and to nobody else', async ({ agent, browsers, desk, phone, watch }) => {
  // What is refused is a failed request, which the browser notes.
  watch.allow(/status of 4\d\d .*\/api\/ui\/start/);
  const [sara, ana] = await Promise.all([agent('sara'), phone()]);
  await ana.open(ANA.digits);
  const { page } = sara;
  const dialog = page.getByTestId('compose-dialog');
  const number = dialog.getByTestId('compose-number');
  const send = dialog.getByTestId('compose-send');
  const error = dialog.getByTestId('compose-error');
  const text = 'Hello Ana, your order 1001 is on its way.';

  await test.step('from which number, to whom, with which template', async () => {
    await page.getByTestId('compose').click();
    await expect(dialog).toBeVisible();
    const channel = dialog.getByTestId('compose-channel');
    const lines = channel.locator('option');
    // The sandbox stands in for five providers, and Braze keeps no templates that could be read.
    await expect(lines.filter({ hasText: 'sandbox' })).not.toHaveCount(0);
    await channel.selectOption(await lines.filter({ hasText: 'Sample shop' }).getAttribute('value'));
    await expect(send).toBeDisabled();
    await number.fill('+44 (0)20 7946 0018');
    await dialog.locator('[data-testid=template][data-name=order_update]').first().click();
    await dialog.getByTestId('template-value').nth(0).fill('Ana');
    await expect(send).toBeDisabled();
    await dialog.getByTestId('template-value').nth(1).fill('1001');
    await expect(dialog.getByTestId('template-preview')).toHaveText(text);
  });

  await test.step('a number that is none is refused', async () => {
    await send.click();
    await expect(error).toContainText('without parentheses');
    await number.fill('020 7946 0018');
    await send.click();
    await expect(error).toContainText('no number with its country');
  });

  await test.step('somebody who has not agreed is not written to, and nothing is left of them', async () => {
    await number.fill(ANA.written);
    await send.click();
    await expect(error).toContainText('has not agreed to be written to first');
    await expect(error).toContainText('Settings, Consent');
    await expect(dialog).toBeVisible();
    for (const table of ['contacts', 'conversations', 'messages']) {
      expect(await desk.database.value(`select count(*)::int from ${table}`), table).toBe(0);
    }
  });

  await test.step('an admin brings a list of those who agreed, and is told what is wrong with it first', async () => {
    const admin = await openSettings(await browsers(), desk, '/settings/consent');
    await admin.getByTestId('import-consents').click();
    const list = admin.getByTestId('import-dialog');
    const [csv, check, keep] = ['import-csv', 'import-check', 'import-keep'].map((word) => list.getByTestId(word));
    await list.getByLabel('Number').selectOption({ label: 'Sample shop' });
    const good = `+${ANA.digits},all,opted_in,News of your order,web form,2025-03-31`;
    await csv.fill(`${HEAD}\n${good}\n(030) 1234567,all,opted_in,x,y,2025-01-31\n${ANA.digits},all,maybe,x,y,2025-01-31`);
    await expect(keep).toBeDisabled();
    await check.click();
    const report = list.getByTestId('import-report');
    await expect(report).toContainText('Lines that can be kept: 1');
    await expect(report.getByRole('listitem')).toHaveCount(2);
    await expect(report).toContainText(/Line 3:.*parentheses/);
    await expect(report).toContainText(/Line 4:.*opted_in/);
    await expect(keep).toBeDisabled();
    expect(await desk.database.value('select count(*)::int from consents')).toBe(0);
    await csv.fill(`${HEAD}\n${good}`);
    await expect(report).toHaveCount(0);
    await check.click();
    await expect(keep).toBeEnabled();
    await keep.click();
    await expect(list).toBeHidden();
    const entry = admin.getByTestId('consent');
    await expect(entry).toHaveCount(1);
    await expect(entry).toContainText('Agreed');
    await expect(entry).toContainText('News of your order');
    await expect(entry).toContainText('Alex Admin');
  });

  await test.step('now it goes, and the conversation opens', async () => {
    await send.click();
    await expect(dialog).toBeHidden();
    await expect(page).toHaveURL(/\/inbox\/mine\/[0-9a-f-]{36}$/);
    await expect(sara.message(text)).toHaveCount(1);
    await expect(ana.theirs(text)).toHaveCount(1);
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
    await expect(sara.view('mine')).toContainText('1');
  });

  await test.step('the answer comes back to it', async () => {
    await ana.write('great, thanks');
    await expect(sara.message('great, thanks')).toHaveAttribute('data-author', 'contact');
    expect(await desk.database.value('select count(*)::int from conversations')).toBe(1);
  });
});

test('a number with a rule of its own asks for more, and STOP closes it', async ({ agent, browsers, desk, phone }) => {
  const zoe = await phone('Zoe Stops');
  const sara = await agent('sara');
  await zoe.write('talk to a person');
  await sara.open('Zoe Stops');
  const admin = await openSettings(await browsers(), desk, '/settings/consent');
  const policy = admin.getByTestId('consent-policy').filter({ hasText: 'Sample shop' });
  const rule = `select consent_rule from channels where name = 'Sample shop'`;
  await policy.getByTestId('consent-rule').selectOption({ label: 'Strict: they have agreed' });
  await expect.poll(() => desk.database.value(rule)).toBe('strict');
  await expect(policy.getByLabel('Follow-up, in days')).toBeDisabled();

  const { page } = sara;
  const over = async () => {
    await desk.database.query(`update conversations set window_until = now() - interval '1 hour'`);
    await page.reload();
    await page.locator('[data-testid=template][data-name=hello_world]').click();
    await page.getByTestId('send').click();
  };
  const trouble = sara.thread.getByTestId('trouble');
  const hello = zoe.theirs('Answer to talk to us');
  const sent = () => desk.database.value(`select count(*)::int from messages where body ? 'template'`);

  await test.step('strict: nothing goes to who has not agreed, and the reason is told', async () => {
    await over();
    await expect(trouble).toContainText('has not agreed to be written to first');
    expect(await sent()).toBe(0);
  });

  await test.step('what they have agreed to is noted with their message', async () => {
    await page.getByTestId('agree').click();
    await page.getByTestId('agree-wording').fill('News of orders');
    await page.getByTestId('agree-submit').click();
    await expect(page.getByTestId('consents')).toContainText('Agreed to messages');
    await over();
    await expect(hello).toHaveCount(1);
    await expect(trouble).toHaveCount(0);
  });

  await test.step('STOP closes it again', async () => {
    await zoe.write('STOP');
    await expect(sara.message('STOP')).toHaveCount(1);
    await expect(page.getByTestId('consents')).toContainText('Wants no messages');
    await over();
    await expect(trouble).toContainText('wants no messages any more');
    await expect(hello).toHaveCount(1);
    expect(await sent()).toBe(1);
  });
});
