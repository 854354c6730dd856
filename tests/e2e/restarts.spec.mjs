// The server is killed twenty times at random moments while a customer and two agents write. Nothing is lost, nothing
// is doubled, and what was being written is still there.
import { AWAY, expect, test } from './support/test.mjs';

const RESTARTS = 20;

test('twenty restarts at random moments lose nothing and double nothing', async ({ agent, desk, phone, watch }, info) => {
  test.setTimeout(180_000);
  watch.allow(AWAY);
  const seed = Number(process.env.BATON_E2E_SEED ?? Date.now() % 1_000_000_000);
  info.annotations.push({ type: 'seed', description: String(seed) });
  console.log(`restarts: BATON_E2E_SEED=${seed}`);
  const random = generator(seed);

  const customer = await phone('Rosa Restart');
  const [sara, omar] = await Promise.all([agent('sara'), agent('omar')]);
  await customer.write('talk to a person');
  await sara.open('Rosa Restart');
  const id = sara.conversation();
  await sara.action('take').click();
  await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  await omar.go(`/inbox/all/${id}`);
  // Nobody tells the pages to load themselves anew.
  for (const page of [sara.page, omar.page, customer.page]) {
    await page.evaluate(() => (window.sameAsBefore = true));
  }
  const draft = 'Let me think about that, the parcel may';
  await omar.page.getByTestId('mode-reply').click();
  await omar.composer.pressSequentially(draft);

  const wrote = { replies: [], notes: [], asked: 0 };
  let goesOn = true;
  const whileItGoesOn = async (pause, act) => {
    for (let n = 1; goesOn; n += 1) {
      await act(n);
      await sleep(pause / 2 + random() * pause);
    }
  };

  // So slowly that all of it stays within what one customer may get at once.
  const answering = whileItGoesOn(1_100, async (n) => {
    const text = `reply ${n}.`;
    await sara.composer.fill(text);
    await sara.composer.press('Enter');
    wrote.replies.push(text);
    // Whether the server is there or not, it is on the screen.
    await expect(sara.message(text)).toHaveCount(1, { timeout: 2_000 });
  });
  const noting = whileItGoesOn(1_500, async (n) => {
    const text = `note ${n}.`;
    await omar.page.getByTestId('mode-note').click();
    await omar.composer.fill(text);
    await omar.composer.press('Enter');
    wrote.notes.push(text);
    await expect(omar.message(text)).toHaveCount(1, { timeout: 2_000 });
    await omar.page.getByTestId('mode-reply').click();
    await expect(omar.composer).toHaveValue(draft);
  });
  const asking = whileItGoesOn(700, async (n) => {
    // What did not leave the phone stands in its line again, and is written over by the next.
    await customer.input.fill(`question ${n}.`);
    await customer.page.getByTestId('phone-send').click();
    wrote.asked = n;
  });

  for (let n = 0; n < RESTARTS; n += 1) {
    await sleep(random() * 1_200);
    await desk.kill();
    await sleep(random() * 300);
    await desk.start();
    // Mostly the pages come back in between; sometimes it is killed before they can.
    if (random() < 0.6) {
      await Promise.all([sara, omar].map((one) => expect(one.page.locator('body')).toHaveAttribute('data-live', 'ready')));
    }
  }
  goesOn = false;
  await Promise.all([answering, noting, asking]);

  await test.step('the pages come back by themselves', async () => {
    for (const one of [sara, omar]) {
      await expect(one.page.locator('body')).toHaveAttribute('data-live', 'ready', { timeout: 30_000 });
      expect(await one.page.evaluate(() => window.sameAsBefore)).toBe(true);
    }
    expect(await customer.page.evaluate(() => window.sameAsBefore)).toBe(true);
  });

  await test.step('everything that was written is stored once', async () => {
    const texts = () =>
      desk.database.column(
        `select body #>> '{text,text}' from messages
          where conversation_id = $1 and author_kind = 'agent' order by body #>> '{text,text}'`,
        [id],
      );
    const expected = [...wrote.replies, ...wrote.notes].sort();
    await expect.poll(async () => (await texts()).sort(), { timeout: 30_000 }).toEqual(expected);
  });

  await test.step('what the phone sent is on the desk, as often as the phone shows it', async () => {
    const stored = () =>
      desk.database.column(
        `select provider_id from messages where conversation_id = $1 and author_kind = 'contact' order by provider_id`,
        [id],
      );
    const onPhone = () =>
      customer
        .messages()
        .evaluateAll((all) => all.filter((one) => one.dataset.mine === 'true').map((one) => one.dataset.messageId));
    // The phone's page too may still be on its way back: both are asked anew each time.
    await expect(async () => {
      const shown = await onPhone();
      expect(shown.length).toBeGreaterThan(5);
      expect(await stored()).toEqual(shown.sort());
    }).toPass({ timeout: 30_000 });
  });

  await test.step('every reply comes to rest, and the phone shows it once', async () => {
    // What was on its way when the server died is settled by the provider's statuses, or else by a person who looks
    // at the phone; it is never sent again by itself.
    await quiet(desk);
    // A page that had to load everything anew shows the last messages only.
    await all(sara);
    for (const text of wrote.replies) expect(await customer.theirs(text).count(), text).toBeLessThanOrEqual(1);
    for (const text of wrote.replies) {
      const message = sara.message(text);
      if ((await message.getAttribute('data-state')) !== 'uncertain') continue;
      const arrived = (await customer.theirs(text).count()) > 0;
      await message.getByTestId(arrived ? 'leave-it' : 'send-again').click();
      await expect(message).not.toHaveAttribute('data-state', 'uncertain');
    }
    await quiet(desk);
    for (const text of wrote.replies) {
      await expect(customer.theirs(text), text).toHaveCount(1);
      await expect(sara.message(text)).toHaveAttribute('data-state', /^(read|delivered|sent|accepted)$/);
    }
    expect(await desk.database.value(`select count(*)::int from deliveries where state = 'failed'`)).toBe(0);
  });

  await test.step('both agents see exactly what is in the database, in its order', async () => {
    const stored = await desk.database.column(
      `select id from messages where address_id = (select address_id from conversations where id = $1)
        order by sort_at, seq, id`,
      [id],
    );
    for (const one of [sara, omar]) {
      await all(one);
      await expect.poll(() => one.ids()).toEqual(stored);
    }
    // The events have no gap.
    const [{ count, last }] = await desk.database.query(
      `select count(*)::int as count, max(seq)::int as last from events where conversation_id = $1`,
      [id],
    );
    expect(count).toBe(last);
  });

  await test.step('the draft is kept, in the page and when it is loaded anew', async () => {
    await expect(omar.composer).toHaveValue(draft);
    await omar.page.reload();
    await expect(omar.composer).toHaveValue(draft);
    await expect(sara.composer).toHaveValue('');
  });

  await test.step('what came in is accounted for', async () => {
    const [sums] = await desk.database.query(
      `select coalesce(sum(coalesce(items, 1)), 0)::int as received,
              coalesce(sum(applied + duplicate + ignored + rejected), 0)::int as known,
              coalesce(sum(case when items is null then 1 else parked end), 0)::int as pending from ledger`,
    );
    expect(sums.received).toBe(sums.known + sums.pending);
    expect(sums.pending).toBe(0);
  });
});

test('what is sent while the server is away waits, and leaves once', async ({ agent, desk, phone, watch }) => {
  watch.allow(AWAY);
  const customer = await phone('Otto Offline');
  const sara = await agent('sara');
  await customer.write('talk to a person');
  await sara.open('Otto Offline');
  await sara.action('take').click();
  await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  await desk.kill();
  await sara.reply('first');
  await sara.reply('second');
  await expect(sara.message('first')).toHaveAttribute('data-state', 'pending');
  await expect(sara.page.getByTestId('banner-lost')).toBeVisible();
  await sara.composer.fill('and a third that is not sent');
  await desk.start();
  await expect(sara.page.getByTestId('banner-lost')).toBeHidden({ timeout: 30_000 });
  await expect(sara.message('second')).not.toHaveAttribute('data-state', 'pending');
  await expect(sara.composer).toHaveValue('and a third that is not sent');
  await expect(customer.theirs('second')).toHaveCount(1, { timeout: 30_000 });
  await expect(customer.theirs('first')).toHaveCount(1);
  const order = await customer.messages().allInnerTexts();
  expect(order.findIndex((text) => text.includes('first'))).toBeLessThan(
    order.findIndex((text) => text.includes('second')),
  );
  await expect(customer.theirs('third')).toHaveCount(0);
});

test('what is written and not sent survives a page that is loaded anew while the server is away', async ({
  agent,
  desk,
  phone,
  watch,
}) => {
  watch.allow(AWAY);
  const customer = await phone('Rita Reload');
  const sara = await agent('sara');
  await customer.write('talk to a person');
  await sara.open('Rita Reload');
  await sara.action('take').click();
  await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  await desk.kill();
  await sara.reply('written while it was away');
  await expect(sara.message('written while it was away')).toHaveAttribute('data-state', 'pending');
  await desk.start();
  // Before the page has come back by itself.
  await sara.page.reload();
  await expect(sara.message('written while it was away')).toHaveCount(1);
  await expect(customer.theirs('written while it was away')).toHaveCount(1, { timeout: 30_000 });
  await expect(sara.message('written while it was away')).toHaveCount(1);
});

/** Waits until the desk and its provider have nothing left to tell each other. */
async function quiet(desk) {
  const left = () =>
    desk.database.value(
      `select ((select count(*) from deliveries where state in ('queued', 'sending'))
             + (select count(*) from sandbox_webhooks)
             + (select count(*) from ledger where items is null))::int`,
    );
  await expect.poll(left, { timeout: 60_000 }).toBe(0);
}

function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Loads the thread up to its beginning. */
async function all(agent) {
  const earlier = agent.page.locator('.thread__earlier button');
  await agent.thread.hover();
  while ((await earlier.count()) > 0) {
    await agent.thread.evaluate((node) => (node.scrollTop = 0));
    await agent.page.waitForTimeout(100);
  }
}
