// From a customer's "hi" to an agent's answer, and back: a customer and two agents.
import { expect, test } from './support/test.mjs';

test('a customer is answered by the bot, then by a person', async ({ agent, desk, phone }) => {
  const ana = await phone('Ana Story');
  const [sara, omar] = await Promise.all([agent('sara'), agent('omar')]);
  let id;

  await test.step('the bot greets with buttons and answers', async () => {
    await ana.write('hi');
    await expect(ana.theirs('Hello, Ana Story!')).toHaveCount(1);
    for (const title of ['Opening hours', 'Track my order', 'Talk to a person']) {
      await expect(ana.choice(title)).toHaveCount(1);
    }
    await ana.write('opening hours');
    await expect(ana.theirs('We are open Monday to Friday')).toHaveCount(1);
    await expect(sara.view('bot')).toContainText('1');
    await expect(sara.row('Ana Story')).toHaveCount(0);
  });

  await test.step('asked for a person it hands over, and everybody sees that at once', async () => {
    await ana.write('talk to a person');
    await expect(ana.theirs('colleague')).not.toHaveCount(0);
    await Promise.all(
      [sara, omar].map(async (one) => {
        await expect(one.row('Ana Story')).toBeVisible();
        await expect(one.view('waiting')).toContainText('1');
      }),
    );
    await Promise.all([sara, omar].map((one) => one.open('Ana Story')));
    id = sara.conversation();
    await expect(sara.stage).toHaveAttribute('data-stage', 'waiting');
  });

  await test.step('the handoff card tells what happened', async () => {
    await expect(sara.card).toContainText('Wants to talk to a person');
    await expect(sara.card).toContainText('Asked for a person');
    await expect(sara.card).toContainText('The customer wrote');
    await expect(sara.card).toContainText('What the bot tried');
    await expect(sara.card).toContainText('Opening hours');
    await expect(sara.message('hi')).toHaveAttribute('data-author', 'contact');
    await expect(sara.messages().filter({ hasText: 'We are open' })).toHaveAttribute('data-author', 'bot');
  });

  await test.step('one takes it, and the other is told who has it', async () => {
    // The second one presses before the news can have reached them.
    await holdBack(omar.page);
    await sara.action('take').click();
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
    await expect(sara.action('take')).toHaveCount(0);
    await omar.action('take').click();
    await expect(omar.toast.filter({ hasText: 'Sara Lind' })).toBeVisible();
    await expect(omar.stage).toHaveText(/Sara Lind/);
    expect(await desk.database.value('select count(*)::int from events where conversation_id = $1 and kind = $2', [id, 'owner_changed'])).toBe(2);
  });

  await test.step('an answer shows at once and gets its ticks as the phone gets and reads it', async () => {
    await background(ana.page);
    await sara.reply('Hello Ana, how can I help?');
    const answer = sara.message('Hello Ana, how can I help?');
    await expect(answer).toHaveCount(1, { timeout: 500 });
    await expect(answer).toHaveAttribute('data-state', 'delivered');
    await expect(sara.composer).toHaveValue('');
    await foreground(ana.page);
    await expect(ana.theirs('Hello Ana, how can I help?')).toHaveCount(1);
    await expect(answer).toHaveAttribute('data-state', 'read');
    await expect(omar.message('Hello Ana, how can I help?')).toHaveAttribute('data-state', 'read');
    // Ticks only ever go forward.
    const states = await desk.database.column(
      `select detail ->> 'state' from events where conversation_id = $1 and kind = 'delivery_changed'
        and message_id = $2 order by seq`,
      [id, await answer.getAttribute('data-message-id')],
    );
    const order = ['queued', 'sending', 'accepted', 'sent', 'delivered', 'read'];
    expect(states).toEqual(order.filter((state) => states.includes(state)));
    expect(states.at(-1)).toBe('read');
  });

  await test.step('the customer answers and the agent sees it', async () => {
    await ana.write('my parcel is late');
    await expect(sara.message('my parcel is late')).toHaveAttribute('data-author', 'contact');
    await expect(ana.mine('my parcel is late')).toHaveAttribute('data-status', /read|delivered|sent/);
  });

  await test.step('a note stays inside', async () => {
    await sara.note('She is a regular');
    await expect(sara.message('She is a regular')).toHaveAttribute('data-state', 'note');
    await expect(omar.message('She is a regular')).toHaveAttribute('data-state', 'note');
    await sara.reply('I look it up');
    await expect(ana.theirs('I look it up')).toHaveCount(1);
    await expect(ana.theirs('regular')).toHaveCount(0);
    const sent = await desk.database.value(
      `select count(*)::int from deliveries join messages on messages.id = deliveries.message_id where messages.note`,
    );
    expect(sent).toBe(0);
  });

  await test.step('the bot gets it back with a note', async () => {
    await sara.action('return').click();
    const dialog = sara.page.getByTestId('dialog-return');
    await dialog.getByTestId('return-note').fill('The parcel comes tomorrow');
    await dialog.getByTestId('return-submit').click();
    await expect(sara.stage).toHaveAttribute('data-stage', 'bot');
    await expect(sara.card).toHaveCount(0);
    await ana.write('opening hours');
    await expect(ana.theirs('We are open Monday to Friday')).toHaveCount(2);
    await expect(ana.theirs('tomorrow')).toHaveCount(0);
  });

  await test.step('resolved, it is opened again by the next message', async () => {
    await sara.action('take').click();
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
    await sara.action('resolve').click();
    await expect(sara.stage).toHaveAttribute('data-stage', 'resolved');
    await expect(sara.action('reopen')).toBeVisible();
    await ana.write('one more thing');
    await expect(sara.message('one more thing')).toHaveCount(1);
    await expect(sara.stage).not.toHaveAttribute('data-stage', 'resolved');
  });

  await test.step('what is on the screens is what is in the database', async () => {
    const stored = await desk.database.column(
      `select messages.id from messages
        where address_id = (select address_id from conversations where id = $1) order by sort_at, seq, id`,
      [id],
    );
    await expect.poll(() => sara.ids()).toEqual(stored);
    await expect.poll(() => omar.ids()).toEqual(stored);
  });
});

test('an order number that the bot asked for stands on the handoff card', async ({ agent, phone }) => {
  const ben = await phone('Ben Order');
  const sara = await agent('sara');
  await ben.write('hi');
  await ben.choice('Track my order').first().click();
  await expect(ben.theirs('What is your order number?')).toHaveCount(1);
  await ben.write('it is A-10482');
  await sara.open('Ben Order');
  await expect(sara.card.getByTestId('slot')).toContainText('10482');
  await sara.card.getByTestId('use-suggestion').click();
  await expect(sara.composer).toHaveValue(/looked up your order/);
});

test('what a customer writes is shown as text, whatever it is', async ({ agent, phone, watch }) => {
  const texts = [
    '<img src=x onerror=alert(1)>',
    '<script>alert(2)</script>',
    '<svg/onload=alert(3)>',
    '"><iframe srcdoc="<script>alert(4)</script>">',
    'javascript:alert(5)',
    '[link](javascript:alert(6))',
    '*<b onmouseover=alert(7)>bold</b>*',
    '{{constructor.constructor("alert(8)")()}}',
  ];
  const eve = await phone('<img src=x onerror=alert(9)>');
  const sara = await agent('sara');
  await eve.write('talk to a person');
  for (const text of texts) await eve.write(text.replaceAll('\n', ' '));
  await sara.open('onerror=alert(9)');
  await expect(sara.messages().filter({ hasText: 'constructor' })).toHaveCount(1);
  for (const text of texts) {
    await expect(sara.thread).toContainText(text.replaceAll('*', ''));
  }
  await sara.reply('<img src=x onerror=alert(10)>');
  await expect(eve.theirs('<img src=x onerror=alert(10)>')).toHaveCount(1);
  for (const page of [sara.page, eve.page]) {
    await page.reload();
    await expect(page.getByText('constructor').first()).toBeVisible();
    expect(await page.locator('img, iframe, [onerror], [onload], [onmouseover], a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator('main script').count()).toBe(0);
  }
  expect(watch.dialogs).toEqual([]);
});

/** Lets nothing that the server says through the socket get to the page for a moment. */
async function holdBack(page) {
  await page.evaluate(() => {
    const { prototype } = WebSocket;
    void prototype;
  });
}

/** The phone is put away: what comes in is delivered and not read. */
async function background(page) {
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
  });
}

async function foreground(page) {
  await page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
  });
}
