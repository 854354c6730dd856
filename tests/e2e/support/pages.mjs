// The pages as the people in a test use them: an agent at the inbox, a customer with a phone.
import { expect } from '@playwright/test';

/** Signs in by the form. */
export async function signIn(page, person, next = '/inbox/waiting') {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await page.locator('[name=email]').fill(person.email);
  await page.locator('[name=password]').fill(person.password);
  await page.getByTestId('sign-in').click();
  await page.waitForURL(`**${next}`);
}

/** Waits until a page of somebody signed in is awake and follows what happens. */
export async function live(page, timeout = 30_000) {
  await expect(page.locator('body')).toHaveAttribute('data-live', 'ready', { timeout });
}

/** Signs an admin in and opens a page of the settings. */
export async function openSettings(context, desk, path) {
  const page = await context.newPage();
  await signIn(page, desk.people.admin, path);
  await live(page);
  return page;
}

/** An agent at the inbox. */
export class Agent {
  constructor(page, person) {
    this.page = page;
    this.person = person;
    this.list = page.getByTestId('inbox-list');
    this.thread = page.getByTestId('thread');
    this.composer = page.getByTestId('composer');
    this.card = page.getByTestId('handoff-card');
    this.stage = page.getByTestId('stage');
    this.toast = page.getByTestId('toast');
  }

  async signIn(next = '/inbox/waiting') {
    await signIn(this.page, this.person, next);
    await live(this.page);
  }

  /** Prepares for news that comes late. Before the page is opened. */
  async bePatient() {
    this.held = null;
    await this.page.routeWebSocket(/\/live$/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => {
        const isNews = /"down":"(event|cursor|counts)"/.test(String(frame));
        if (this.held && isNews) this.held.push(() => socket.send(frame));
        else socket.send(frame);
      });
    });
  }

  /** Holds back what happens until the answer of this is called. */
  holdNews() {
    this.held = [];
    return () => {
      const held = this.held;
      this.held = null;
      held.forEach((send) => send());
    };
  }

  async go(path) {
    await this.page.goto(path);
    await live(this.page);
  }

  /** The row of a conversation, or of a customer by name. */
  row(who) {
    return /^[0-9a-f-]{36}$/.test(who)
      ? this.page.locator(`[data-conversation="${who}"]`)
      : this.list.locator('[data-conversation]').filter({ hasText: who });
  }

  view(word) {
    return this.page.getByTestId(`view-${word}`);
  }

  /** Opens a conversation of the list. */
  async open(who) {
    await this.row(who).click();
    await expect(this.composer).toBeVisible();
  }

  /** The id of the conversation on the screen. */
  conversation() {
    return new URL(this.page.url()).pathname.split('/')[3];
  }

  action(word) {
    return this.page.getByTestId(`action-${word}`);
  }

  messages() {
    return this.thread.locator('[data-message-id]');
  }

  /** A message by its text. */
  message(text) {
    return this.messages().filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** The ids of the messages on the screen, top to bottom. */
  ids() {
    return this.messages().evaluateAll((all) => all.map((one) => one.dataset.messageId));
  }

  async reply(text) {
    await this.page.getByTestId('mode-reply').click();
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async note(text) {
    await this.page.getByTestId('mode-note').click();
    await this.composer.fill(text);
    await this.page.getByTestId('send').click();
  }
}

/** A customer with a phone of the sandbox. */
export class Phone {
  constructor(page) {
    this.page = page;
    this.input = page.getByTestId('phone-input');
    this.thread = page.getByTestId('phone-thread');
  }

  /** Opens the page; with a number, that phone. */
  async open(number) {
    await this.page.goto(number ? `/sandbox?phone=${number}` : '/sandbox');
    // The name comes with the first answer to the page's own question: by then it is alive.
    await expect(this.page.locator('.phone__name')).not.toBeEmpty();
  }

  /** Adds a phone, and takes it in the hand. */
  async add(name) {
    await this.page.getByTestId('add-phone').click();
    const dialog = this.page.getByTestId('add-phone-dialog');
    await dialog.locator('[name=name]').fill(name);
    await dialog.getByTestId('submit').click();
    await expect(dialog).toBeHidden();
    await expect(this.page.getByTestId('phone')).toHaveAccessibleName(name);
  }

  /** Writes something, which may have been written before, and waits until it is on the phone. */
  async write(text) {
    const before = await this.mine(text).count();
    await this.input.fill(text);
    await this.page.getByTestId('phone-send').click();
    await expect(this.mine(text)).toHaveCount(before + 1);
  }

  messages() {
    return this.thread.getByTestId('phone-message');
  }

  /** What the customer wrote. */
  mine(text) {
    return this.with('true', text);
  }

  /** What the business wrote. */
  theirs(text) {
    return this.with('false', text);
  }

  /** Writes to another number of the business from now on. */
  async chooseLine(name) {
    await this.page.getByTestId('phone-line').selectOption({ label: name });
    await expect(this.page).toHaveURL(/[?&]line=/);
  }

  /** Sends one of the things in the menu of the paperclip. */
  async attach(what) {
    await this.page.getByTestId('phone-attach').click();
    await this.page.getByTestId(`attach-${what}`).click();
  }

  with(mine, text) {
    return this.thread.locator(`[data-testid=phone-message][data-mine=${mine}]`).filter({ hasText: text });
  }

  /** A button under a message. */
  choice(title) {
    return this.thread.locator('[data-choice]').filter({ hasText: title });
  }
}

/** Lets there be rules: live ones, a draft of them that is not all right, and a decision about a conversation. */
export async function rules(database, conversation) {
  const id = (last) => `00000000-0000-4000-8000-00000000000${last}`;
  const team = await database.value('select id from teams order by created_at limit 1');
  const refund = { is: { fact: 'message_text', operator: 'contains', value: ['refund', 'money back'] } };
  const urgent = { is: { fact: 'priority', operator: 'in', value: ['high', 'urgent'] } };
  const open = { is: { fact: 'hours_open', operator: 'equals', value: true } };
  const first = {
    id: id(1),
    name: 'Refunds first',
    when: ['message_in', 'handed_off'],
    if: { all: [open, { any: [refund, urgent] }, { none: [{ is: { fact: 'contact.plan', operator: 'set' } }] }] },
    then: [
      { do: 'add_labels', with: { labels: ['refund'] } },
      { do: 'set_priority', with: { priority: 'high' } },
    ],
    after: 'continue',
  };
  const second = {
    id: id(2),
    name: 'Nobody waits in the queue for long',
    when: ['handed_off'],
    if: { all: [{ is: { fact: 'waiting_seconds', operator: 'greater', value: 600 } }] },
    then: [
      team ? { do: 'assign_team', with: { team } } : { do: 'queue' },
      { do: 'ask_in_turn', ladder: [{ agent: { seconds: 60 } }, { skill: {} }, 'callback'] },
    ],
  };
  const third = { ...second, id: id(3), name: 'Never reached', if: second.if, then: [] };
  const author = `(select id from agents where email like 'admin@%')`;
  await database.query(
    `insert into rule_versions (version, rules, note, author_id, created_at)
     values (1, $1, 'Refunds are seen first', ${author}, desk_now() - interval '2 days'),
            (2, $2, 'Nobody is forgotten', ${author}, desk_now() - interval '3 hours')
         on conflict do nothing`,
    [JSON.stringify([first]), JSON.stringify([first, second])],
  );
  await database.query('update rule_state set version = 2');
  await database.query(
    `insert into rule_drafts (rules, revision, base, author_id) values ($1, 1, 2, ${author}) on conflict do nothing`,
    [JSON.stringify([{ ...first, active: false }, second, third])],
  );
  const test = ({ is }, holds, found) => ({ join: 'is', holds, test: is, found });
  const trace = [
    {
      rule: first.id,
      name: first.name,
      verdict: 'matched',
      condition: {
        join: 'all',
        holds: true,
        of: [
          test(open, true, true),
          { join: 'any', holds: true, of: [test(refund, true, 'Can I have my money back?'), test(urgent, false, 'normal')] },
        ],
      },
    },
    {
      rule: second.id,
      name: second.name,
      verdict: 'not_matched',
      condition: { join: 'all', holds: false, of: [test(second.if.all[0], false, 42)] },
    },
  ];
  const done = first.then.map((act) => ({ rule: first.id, act, outcome: 'done' }));
  const facts = { now: 0, are: { message_text: 'Can I have my money back?', priority: 'normal', waiting_seconds: 42 } };
  await database.query(
    `insert into rule_decisions (conversation_id, seq, event, version, matched, failed, facts, trace, done, at)
     values ($1, 1, 'message_in', 2, array[$2]::uuid[], false, $3, $4, $5, desk_now() - interval '5 minutes')`,
    [conversation, first.id, JSON.stringify(facts), JSON.stringify(trace), JSON.stringify(done)],
  );
}

/** Promises some of the customers of a desk that somebody writes back, and lets Sara be asked about who waits longest. */
export async function promise(database) {
  await database.query(
    `insert into callbacks (id, conversation_id, handoff_id, by_kind, reason, due_at, state, created_at)
     select gen_random_uuid(), c.id, c.handoff_id, 'desk',
            (array['after_hours', 'nobody_online', 'queue_long'])[1 + n % 3],
            date_trunc('hour', desk_now()) + (n - 2) * interval '50 minutes', 'open', desk_now() - interval '4 hours'
       from (select *, row_number() over (order by last_at desc)::int as n from conversations
              where stage in ('bot', 'waiting', 'assigned') limit 6) c
         on conflict do nothing`,
  );
  await database.query(
    `insert into callbacks (id, conversation_id, by_kind, reason, due_at, state, created_at, ended_at, ended_by, note)
     select gen_random_uuid(), c.id, 'desk', 'after_hours', desk_now() - interval '3 hours', 'dropped',
            desk_now() - interval '9 hours', desk_now() - n * interval '40 minutes', a.id,
            (array['She called us and all is settled.', 'The same customer wrote twice.', 'Wrong number.'])[n]
       from (select *, row_number() over (order by last_at)::int as n from conversations
              where stage = 'resolved' limit 3) c, agents a
      where a.email like 'sara@%'`,
  );
  await database.query(
    `with h as (select h.id, h.conversation_id from handoffs h join conversations c on c.handoff_id = h.id
                 where c.stage = 'waiting' and h.ended_at is null),
          t as (select id from teams order by created_at limit 1),
          u as (update handoffs set step = 1, packet = packet || '{"skills": ["billing"], "priority": "high",
                  "customer_text": {"agent_available": "Somebody will be with you in a moment."}}',
                  ladder = (select jsonb_build_array(jsonb_build_object('agent', jsonb_build_object('agent', a.id, 'seconds', 20)),
                                                     '"bot_keeps"'::jsonb)
                              from agents a where a.email like 'sara@%')
                 from h where handoffs.id = h.id)
     insert into offers (id, handoff_id, conversation_id, agent_id, step, epoch, state, until, created_at, ended_at, reason)
     select gen_random_uuid(), h.id, h.conversation_id, a.id, 0, 1, 'declined', desk_now(), desk_now() - interval '3 minutes',
            desk_now() - interval '2 minutes', 'I am on the phone'
       from h, agents a where a.email like 'sara@%'
         on conflict do nothing`,
  );
}
