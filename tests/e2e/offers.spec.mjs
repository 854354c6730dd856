// Somebody is asked to take a conversation: accepted, declined, and left to lapse; and a customer is promised that
// somebody writes back.
import { expect, test } from './support/test.mjs';
import { live } from './support/pages.mjs';

/** A team of these people answers on every number, in the place of the sample's. */
async function team(desk, people, { seconds = 120, placement = {} } = {}) {
  await desk.database.query('delete from teams');
  await desk.database.value(
    `with t as (insert into teams (id, name, offer_seconds, on_lapse, placement)
                values (gen_random_uuid(), 'Support', $2, 'away', $3) returning id),
          m as (insert into team_members (team_id, agent_id)
                select t.id, a.id from t, agents a where split_part(a.email, '@', 1) = any($1)),
          c as (update channels set team_id = t.id from t)
     select 1`,
    [people, seconds, placement],
  );
}

/** The bot greets the customer, who then asks for a person. */
async function letsGo(customer) {
  await customer.write('hi');
  await expect(customer.theirs('Hello')).not.toHaveCount(0);
  await customer.write('talk to a person');
}

/** Waits until the desk knows that these people are there. */
async function there(desk, count) {
  const online = 'select count(distinct agent_id)::int from presence where until > desk_now()';
  await expect.poll(() => desk.database.value(online)).toBe(count);
}

test('an offer is accepted by key, declined by click, and lapses', async ({ agent, desk, phone }) => {
  await team(desk, ['sara']);
  const sara = await agent('sara');
  await there(desk, 1);
  const offer = sara.page.getByTestId('offer');

  await test.step('accepted by key, it opens and is hers', async () => {
    const ana = await phone('Ana Offer');
    await letsGo(ana);
    await expect(offer).toContainText('Ana Offer');
    await expect(offer.getByTestId('offer-left')).toHaveText(/^[01]:\d\d$/);
    await sara.page.keyboard.press('y');
    await expect(offer).toHaveCount(0);
    await expect(sara.stage).toHaveAttribute('data-stage', 'assigned');
  });

  await test.step('after a reload it is still there; declined, it waits for anybody', async () => {
    const ben = await phone('Ben Offer');
    await letsGo(ben);
    await expect(offer).toContainText('Ben Offer');
    await sara.page.reload();
    await live(sara.page);
    await expect(offer).toContainText('Ben Offer');
    // On every other page too it stands above what is there.
    await sara.go('/callbacks');
    await live(sara.page);
    await expect(offer).toContainText('Ben Offer');
    expect((await offer.boundingBox()).y).toBeLessThan(40);
    await offer.getByTestId('offer-decline').click();
    await offer.getByTestId('decline-plain').click();
    await expect(offer).toHaveCount(0);
    await sara.go('/inbox/waiting');
    await live(sara.page);
    const waits = `select count(*)::int from conversations where stage = 'waiting'`;
    await expect.poll(() => desk.database.value(waits)).toBe(1);
  });

  await test.step('left alone, it lapses and she is away', async () => {
    await desk.database.value(`update teams set offer_seconds = 5 returning 1`);
    const cleo = await phone('Cleo Offer');
    await letsGo(cleo);
    await expect(offer).toContainText('Cleo Offer');
    await expect(offer).toHaveCount(0, { timeout: 15_000 });
    const away = await desk.database.value(`select count(*)::int from agents where put_away is not null`);
    expect(away).toBe(1);
  });
});

test('what one declines the next is asked, and the card tells who was', async ({ agent, desk, phone }) => {
  await team(desk, ['sara', 'omar']);
  const [sara, omar] = [await agent('sara'), await agent('omar')];
  await there(desk, 2);
  const ana = await phone('Ana Next');
  await letsGo(ana);
  const offers = [sara, omar].map((one) => one.page.getByTestId('offer'));
  // Whoever was asked longest ago is asked first: it may be either.
  await expect.poll(async () => (await offers[0].count()) + (await offers[1].count())).toBe(1);
  const first = (await offers[0].count()) === 1 ? 0 : 1;
  const [one, other] = first === 0 ? [sara, omar] : [omar, sara];
  const [name, second] = first === 0 ? ['Sara Lind', 'Omar Haddad'] : ['Omar Haddad', 'Sara Lind'];
  const [mine, theirs] = [offers[first], offers[1 - first]];

  await expect(mine.getByTestId('offer-left')).toHaveText(/^[01]:\d\d$/);
  await mine.getByTestId('offer-decline').click();
  await mine.getByTestId('decline-subject').click();
  await expect(mine).toHaveCount(0);
  await expect(theirs).toContainText('Ana Next');
  await theirs.getByTestId('offer-accept').click();
  await expect(other.stage).toHaveAttribute('data-stage', 'assigned');
  await expect(other.page).toHaveURL(/\/inbox\/mine\//);
  await expect(one.page.getByTestId('offer')).toHaveCount(0);

  const more = other.page.getByTestId('handoff-more');
  await more.locator('summary').click();
  const course = more.getByTestId('course');
  await expect(course.locator('[data-answer=declined]')).toContainText(name);
  await expect(course.locator('[data-answer=declined]')).toContainText('Somebody else knows more about this');
  await expect(course.locator('[data-answer=accepted]')).toContainText(second);
});

test('a customer is promised that somebody writes back, and the list shows it until somebody has', async ({
  agent,
  desk,
  phone,
}) => {
  await team(desk, ['sara'], { placement: { ladder: [{ team: {} }, 'callback'] } });
  const [ana, ben, cleo] = [await phone('Ana Later'), await phone('Ben Later'), await phone('Cleo Later')];
  for (const customer of [ana, ben, cleo]) await letsGo(customer);
  const open = `select count(*)::int from callbacks where state = 'open'`;
  await expect.poll(() => desk.database.value(open)).toBe(3);
  await desk.database.value(
    `with k as (select k.id, ct.profile_name as name, c.id as conversation from callbacks k
                  join conversations c on c.id = k.conversation_id join contacts ct on ct.id = c.contact_id),
          late as (update callbacks set due_at = desk_now() - interval '3 minutes'
                    where id = (select id from k where name = 'Ben Later')),
          closed as (update conversations set window_until = desk_now() - interval '1 minute'
                      where id = (select conversation from k where name = 'Ben Later'))
     select 1`,
  );
  const sara = await agent('sara');
  const { page } = sara;
  const rows = page.getByTestId('callback');
  const row = (name) => rows.filter({ hasText: name });

  await test.step('from the inbox to the list, the overdue one in front', async () => {
    await page.getByRole('link', { name: 'Callbacks' }).click();
    await live(page);
    await expect(rows).toHaveCount(3);
    await expect(rows.first()).toContainText('Ben Later');
    await expect(row('Ben Later')).toContainText('Overdue');
    await expect(row('Ben Later')).toContainText('Template needed');
    await expect(row('Ana Later')).not.toContainText('Overdue');
    await expect(page.getByTestId('overdue')).toContainText('1 overdue');
  });

  await test.step('filters stand in the address, and what fits none is said', async () => {
    await page.getByTestId('filter-agent').selectOption({ label: 'Omar Haddad' });
    await expect(page).toHaveURL(/agent=/);
    await expect(page.getByTestId('callbacks')).toContainText('No callback fits');
    await page.getByTestId('filter-agent').selectOption({ label: 'With anybody' });
    await expect(rows).toHaveCount(3);
  });

  await test.step('somebody in particular is to write back', async () => {
    await row('Ana Later').getByTestId('keeper').selectOption({ label: 'Omar Haddad' });
    await expect(page.getByRole('status').filter({ hasText: 'Changed' })).toBeVisible();
    await page.getByTestId('filter-agent').selectOption({ label: 'Omar Haddad' });
    await expect(rows).toHaveCount(1);
    await expect(row('Ana Later').getByTestId('keeper').locator('option:checked')).toHaveText('Omar Haddad');
    await page.getByTestId('filter-agent').selectOption({ label: 'With anybody' });
    await expect(rows).toHaveCount(3);
  });

  await test.step('one is done elsewhere, one is cancelled, which takes a reason', async () => {
    const dialog = page.getByTestId('end-callback');
    await row('Cleo Later').getByTestId('keep').click();
    await dialog.getByLabel('What came of it').fill('She called.');
    await dialog.getByTestId('submit').click();
    await expect(rows).toHaveCount(2);
    await row('Ana Later').getByTestId('drop').click();
    await dialog.getByLabel('Why nobody needs to write back').fill('Asked twice by mistake.');
    await dialog.getByTestId('submit').click();
    await expect(rows).toHaveCount(1);
    await page.getByTestId('filter-state').selectOption({ label: 'Cancelled' });
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toContainText('Asked twice by mistake.');
    await expect(rows.first()).toContainText('Sara Lind');
    await page.getByTestId('filter-state').selectOption({ label: 'Open' });
    await expect(rows).toHaveCount(1);
  });

  await test.step('the window is closed: its conversation comes up on the templates', async () => {
    await row('Ben Later').getByTestId('open').click();
    await live(page);
    await expect(page.getByTestId('template').first()).toBeVisible();
  });

  await test.step('the customer writes again, which keeps the promise', async () => {
    await ben.write('hello again');
    await sara.go('/callbacks');
    await expect(page.getByTestId('callbacks')).toContainText('Nobody waits for a callback');
  });
});

test('the promise that is not to be cancelled without a reason says so', async ({ agent, desk, phone, watch }) => {
  // What is refused is a failed request, which the browser notes.
  watch.allow(/status of 4\d\d .*\/api\/ui\/end_callback/);
  await team(desk, ['sara'], { placement: { ladder: ['callback'] } });
  await letsGo(await phone('Dana Later'));
  const { page } = await agent('omar', { next: '/callbacks' });
  await page.getByTestId('drop').click();
  const dialog = page.getByTestId('end-callback');
  await dialog.getByTestId('submit').click();
  await expect(dialog.locator('#callback-note-error')).toContainText('Say why');
  await page.keyboard.press('Escape');
  await expect(dialog).not.toBeVisible();
  await expect(page.getByTestId('callback')).toHaveCount(1);
});

test('an admin makes a team and lets it answer', async ({ agent, desk }) => {
  const admin = await agent('admin', { next: '/settings/teams' });
  await admin.page.getByTestId('add-team').click();
  const dialog = admin.page.getByTestId('team-dialog');
  await dialog.getByLabel('Name').fill('Night shift');
  await dialog.getByLabel('Monday').fill('22:00-06:00');
  await dialog.getByText('Sara Lind').click();
  await dialog.getByLabel('It is closed').fill('We are closed.');
  await dialog.getByTestId('submit').click();
  await expect(dialog).not.toBeVisible();
  await expect(admin.page.getByTestId('team').filter({ hasText: 'Night shift' })).toContainText('Sara Lind');
  await admin.page.getByTestId('choose-team').first().selectOption({ label: 'Night shift' });
  const chosen = `select count(*)::int from channels c join teams t on t.id = c.team_id where t.name = 'Night shift'`;
  await expect.poll(() => desk.database.value(chosen)).toBe(1);
  const night = admin.page.getByTestId('team').filter({ hasText: 'Night shift' });
  await night.getByTestId('edit-team').click();
  await expect(dialog.getByLabel('Monday')).toHaveValue('22:00-06:00');
});
