// From a customer's "hi" to an agent's answer, and back: a customer and two agents.
import { expect, test } from './support/test.mjs';

test('a customer is answered by the bot, then by a person', async ({ agent, desk, phone }) => {
  const ana = await phone('Ana Story');
  const [sara, omar] = await Promise.all([agent('sara'), agent('omar', { slow: true })]);
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
    // The second one presses before the news has reached them.
    const arrive = omar.holdNews();
    await sara.action('take').click();
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
    await expect(sara.action('take')).toHaveCount(0);
    await omar.action('take').click();
    await expect(omar.toast.filter({ hasText: 'Sara Lind' })).toBeVisible();
    await arrive();
    await expect(omar.stage).toHaveText(/Sara Lind/);
    const takes = await desk.database.value(
      `select count(*)::int from events where conversation_id = $1 and change -> 'owner_changed' ->> 'cause' = 'take'`,
      [id],
    );
    expect(takes).toBe(1);
  });

  await test.step('an answer shows at once and gets its ticks as the phone gets and reads it', async () => {
    await desk.sandbox('faults', { method: 'PUT', body: { delay_ms: 1_000 } });
    const seen = await watchStates(sara.page);
    const text = 'Hello Ana, how can I help?';
    const address = ana.page.url();
    // The phone is put away: what comes in is delivered and not read.
    await ana.page.goto('about:blank');
    await sara.reply(text);
    const answer = sara.message(text);
    await expect(answer).toHaveCount(1, { timeout: 500 });
    await expect(sara.composer).toHaveValue('');
    await expect(answer).toHaveAttribute('data-state', 'delivered');
    await expect(answer.locator('.tick--read')).toHaveCount(0);
    await ana.page.goto(address);
    await expect(ana.theirs(text)).toHaveCount(1);
    await expect(answer).toHaveAttribute('data-state', 'read');
    await expect(answer.locator('.tick--read')).toHaveCount(1);
    await expect(omar.message(text)).toHaveAttribute('data-state', 'read');
    await desk.sandbox('faults', { method: 'PUT', body: {} });
    // Every tick was seen, and none was taken back.
    const states = await seen(await answer.getAttribute('data-message-id'));
    const order = ['pending', 'queued', 'sending', 'accepted', 'sent', 'delivered', 'read'];
    expect(states).toEqual(order.filter((state) => states.includes(state)));
    expect(states).toEqual(expect.arrayContaining(['sent', 'delivered', 'read']));
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
    for (const one of [sara, omar]) {
      // Asked for anew each time: the bot may still be answering.
      await expect(async () => {
        const stored = await desk.database.column(
          `select id from messages where address_id = (select address_id from conversations where id = $1)
            order by sort_at, seq, id`,
          [id],
        );
        expect(await one.ids()).toEqual(stored);
      }).toPass({ timeout: 10_000 });
    }
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
    '<b onmouseover=alert(7)>bold</b>',
    '{{constructor.constructor("alert(8)")()}}',
  ];
  const eve = await phone('<img src=x onerror=alert(9)>');
  const sara = await agent('sara');
  await eve.write('talk to a person');
  for (const text of texts) await eve.write(text);
  await sara.open('onerror=alert(9)');
  await expect(sara.messages().filter({ hasText: 'constructor' })).toHaveCount(1);
  for (const text of texts) {
    await expect(sara.thread).toContainText(text);
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

/** Notes every state that a message on the screen goes through; gives those of one message. */
async function watchStates(page) {
  await page.evaluate(() => {
    const note = (node) => {
      const id = node.dataset?.messageId;
      if (!id) return;
      const states = (window.seen[id] ??= []);
      if (states.at(-1) !== node.dataset.state) states.push(node.dataset.state);
    };
    window.seen = {};
    const thread = document.querySelector('[data-testid=thread]');
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) [target, ...addedNodes].forEach(note);
    }).observe(thread, { subtree: true, childList: true, attributeFilter: ['data-state'] });
  });
  return (id) => page.evaluate((id) => window.seen[id], id);
}
