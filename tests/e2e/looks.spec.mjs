// What holds on every screen: no complaint of the browser, nothing that keeps somebody out, nothing that sticks out.
import AxeBuilder from '@axe-core/playwright';

import { expect, test } from './support/test.mjs';
import { live, promise, rules, signIn } from './support/pages.mjs';

const SCHEMES = ['light', 'dark'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

for (const scheme of SCHEMES) {
  test(`every screen can be used by everybody, ${scheme}`, async ({ browsers, desk }) => {
    test.setTimeout(300_000);
    await desk.loadSamples();
    const context = await browsers({ colorScheme: scheme });
    const page = await context.newPage();
    const found = [];
    const look = async (name) => {
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
      for (const { id, impact, help, nodes } of violations) {
        if (!['serious', 'critical'].includes(impact)) continue;
        for (const node of nodes) {
          const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ');
          found.push(`${name}: ${id} (${impact}): ${help}: ${node.target.join(' ')}: ${why}`);
        }
      }
    };
    for (const screen of await screens(desk)) {
      await screen.open(page);
      await look(screen.name);
    }
    expect(found).toEqual([]);
  });
}

test('no screen has to be moved sideways', async ({ browsers, desk }) => {
  test.setTimeout(120_000);
  await desk.loadSamples();
  const context = await browsers();
  const page = await context.newPage();
  const wide = [];
  for (const screen of await screens(desk)) {
    await page.setViewportSize({ width: 390, height: 844 });
    await screen.open(page);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      // Two frames, so that what follows the size has done so.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const out = await page.evaluate(sticksOut);
      if (out.length > 0) wide.push(`${screen.name} at ${width}: ${out.join(', ')}`);
    }
  }
  expect(wide).toEqual([]);
});

test.describe('the first run', () => {
  test.use({ sample: false });

  for (const scheme of SCHEMES) {
    test(`can be used by everybody, ${scheme}`, async ({ browsers }) => {
      const context = await browsers({ colorScheme: scheme });
      const page = await context.newPage();
      for (const path of ['/setup', '/setup?error=weak']) {
        await page.goto(path);
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        const bad = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
        expect(bad.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
      }
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await page.evaluate(sticksOut)).toEqual([]);
    });
  }
});

test('a page wakes however its parts came in on the server', async ({ agent, desk }) => {
  await desk.loadSamples();
  const sara = await agent('sara', { next: '/inbox/mine' });
  await expect(sara.page.locator('.row--unread')).not.toHaveCount(0);
  const { page } = sara;
  for (let n = 0; n < 12; n += 1) {
    await page.goto(n % 2 ? '/inbox/mine' : '/inbox/waiting');
    await live(page);
  }
});

test('the first frame has the colours that were chosen', async ({ agent }) => {
  const sara = await agent('sara', { colorScheme: 'light' });
  const ground = () => sara.page.evaluate(() => getComputedStyle(document.querySelector('.frame')).backgroundColor);
  // Colours fade: only one that stays is the one that was chosen.
  const settled = async () => {
    let last;
    const stays = async () => {
      const now = await ground();
      const same = now === last;
      last = now;
      return same;
    };
    await expect.poll(stays, { intervals: [300] }).toBe(true);
    return last;
  };
  const light = await settled();
  await sara.page.getByTestId('account').click();
  await sara.page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(sara.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const dark = await settled();
  expect(dark).not.toBe(light);
  // Without any script, it is the server that knows.
  const html = await (await sara.page.request.get('/inbox/waiting')).text();
  expect(html).toMatch(/<html[^>]* data-theme="dark"/);
  await sara.page.reload();
  expect(await ground()).toBe(dark);
});

/** Every screen, with what brings it up. */
async function screens(desk) {
  await promise(desk.database);
  // Templates are read in the background: what is chosen from them is looked at too.
  const read = `select count(*) from templates t join connections n on n.id = t.connection_id where n.name = 'Sample shop'`;
  await expect.poll(async () => Number(await desk.database.value(read)), { timeout: 30_000 }).toBeGreaterThan(0);
  const waiting = await desk.database.value(
    `select c.id from conversations c join handoffs h on h.id = c.handoff_id
      where stage = 'waiting' and window_until > now() order by c.waiting_since limit 1`,
  );
  await rules(desk.database, waiting);
  const closed = await desk.database.value(
    `select id from conversations where window_until < now() and stage <> 'resolved' limit 1`,
  );
  const model = await desk.database.value(
    `insert into bots (id, name, kind, definition) values (gen_random_uuid(), 'Model', 'openai', $1) returning id`,
    [{ url: 'https://models.example/v1', model: 'small', faq: [{ id: 'hours', title: 'Hours', text: '9 to 5.' }] }],
  );
  const bot = `/settings/bots/${await desk.database.value('select id from bots order by created_at limit 1')}`;
  const at = (name, path, then = async () => {}) => ({
    name,
    open: async (page) => {
      await page.goto(path);
      await then(page);
    },
  });
  const thread = async (page) => {
    await live(page);
    await expect(page.getByTestId('composer')).toBeVisible();
  };
  return [
    at('login', '/login'),
    at('login refused', '/login?error=wrong'),
    at('sandbox', '/sandbox', async (page) => {
      await expect(page.locator('.phone__name')).not.toBeEmpty();
    }),
    { name: 'inbox', open: (page) => signIn(page, desk.people.admin).then(() => live(page)) },
    at('an empty view', '/inbox/mine', live),
    at('all', '/inbox/all', live),
    at('a thread', `/inbox/waiting/${waiting}`, thread),
    at('a note', `/inbox/waiting/${waiting}`, async (page) => {
      await thread(page);
      await page.getByTestId('mode-note').click();
      await page.getByTestId('composer').fill('for colleagues');
    }),
    at('a closed window', `/inbox/all/${closed}`, async (page) => {
      await live(page);
      await expect(page.getByTestId('template').first()).toBeVisible();
    }),
    at('the palette', `/inbox/waiting/${waiting}`, async (page) => {
      await thread(page);
      await page.keyboard.press('Control+k');
      await expect(page.getByTestId('palette-input')).toBeFocused();
    }),
    at('a question', `/inbox/waiting/${waiting}`, async (page) => {
      await thread(page);
      await page.keyboard.press('t');
      await expect(page.getByTestId('dialog-transfer')).toBeVisible();
    }),
    at('the course of a handoff', `/inbox/waiting/${waiting}`, async (page) => {
      await thread(page);
      await page.getByTestId('handoff-more').locator('summary').click();
      await expect(page.getByTestId('course').locator('h3').first()).toBeVisible();
    }),
    at('a test to be kept', `/inbox/waiting/${waiting}`, async (page) => {
      await thread(page);
      await page.getByTestId('action-more').click();
      await page.getByTestId('action-keep-test').click();
      await expect(page.getByTestId('dialog-keep-test').locator('select')).toBeVisible();
    }),
    at('callbacks', '/callbacks', async (page) => {
      await live(page);
      await expect(page.getByTestId('callback').first()).toBeVisible();
    }),
    at('a callback to be cancelled', '/callbacks', async (page) => {
      await live(page);
      await page.getByTestId('drop').first().click();
      await expect(page.getByTestId('end-callback')).toBeVisible();
    }),
    at('cancelled callbacks', '/callbacks?state=dropped', live),
    at('channels', '/settings/channels', live),
    at('add a connection', '/settings/channels/new', live),
    at('a connection', '/settings/channels', async (page) => {
      await live(page);
      await page.getByTestId('open-connection').first().click();
      await expect(page.getByTestId('health')).toBeVisible();
    }),
    at('a link for customers', '/settings/channels', async (page) => {
      await live(page);
      await page.getByTestId('click-to-chat-button').first().click();
      await expect(page.getByTestId('click-to-chat')).toBeVisible();
    }),
    at('bots', '/settings/bots', live),
    at('a bot', bot, async (page) => {
      await live(page);
      await expect(page.getByTestId('bot-terms')).toBeVisible();
    }),
    at('the editor of a bot', `${bot}/flow`, async (page) => {
      await live(page);
      await page.getByTestId('part-entry-3').click();
      await page.getByTestId('preview-text').fill('where is my order?');
      await page.getByTestId('preview-send').click();
      await expect(page.getByTestId('decisions').first()).toBeVisible();
    }),
    at('the hours of a bot', `${bot}/flow`, async (page) => {
      await live(page);
      await page.getByTestId('part-hours').click();
    }),
    at('versions of a bot', `${bot}/versions`, live),
    at('trial runs of a bot', `${bot}/trials`, async (page) => {
      await live(page);
      await page.getByTestId('run-trial').click();
      await expect(page.getByTestId('verdict').first()).toBeVisible();
    }),
    at('what a bot did not understand', `${bot}/learning`, live),
    at('calls of a bot', `${bot}/calls`, live),
    at('what a model answers from', `/settings/bots/${model}`, async (page) => {
      await live(page);
      await expect(page.getByTestId('faq-entry').first()).toBeVisible();
    }),
    at('inbound', '/settings/inbound', live),
    at('webhooks', '/settings/webhooks', live),
    at('an address that is told', '/settings/webhooks', async (page) => {
      await live(page);
      await page.getByTestId('add-endpoint').click();
      await page.locator('#endpoint-name').fill('The CRM');
      await page.locator('#endpoint-url').fill('https://crm.example/events');
      await page.getByTestId('submit').click();
      await page.getByTestId('secret-kept').click();
      await page.getByTestId('endpoint').first().getByRole('link').click();
      await page.getByTestId('send-test').click();
      await expect(page.getByTestId('delivery').first()).toBeVisible();
    }),
    at('teams', '/settings/teams', live),
    at('a team', '/settings/teams', async (page) => {
      await live(page);
      await page.getByTestId('add-team').click();
      await expect(page.getByTestId('team-dialog')).toBeVisible();
    }),
    at('rules', '/settings/rules', async (page) => {
      await live(page);
      await expect(page.getByTestId('rule')).toHaveCount(3);
    }),
    at('a rule that is edited', '/settings/rules', async (page) => {
      await live(page);
      await page.getByTestId('rule-edit').first().click();
      await expect(page.getByTestId('test').first()).toBeVisible();
    }),
    at('a rule with a ladder', '/settings/rules', async (page) => {
      await live(page);
      await page.getByTestId('rule-edit').nth(1).click();
      await expect(page.getByTestId('rung').first()).toBeVisible();
    }),
    at('rules to be published', '/settings/rules', async (page) => {
      await live(page);
      await page.getByTestId('publish').click();
      await expect(page.getByTestId('differences')).toBeVisible();
    }),
    at('a test of rules', '/settings/rules/test', async (page) => {
      await live(page);
      await page.getByTestId('trial-event').selectOption('handed_off');
      await page.getByTestId('sample').getByLabel('Value').fill('I want a refund');
      await page.getByTestId('run-trial').click();
      await expect(page.getByTestId('looked').first()).toBeVisible();
    }),
    at('versions of rules', '/settings/rules/versions', async (page) => {
      await live(page);
      await page.getByTestId('version').first().locator('summary').first().click();
    }),
    at('why a conversation is where it is', `/inbox/waiting/${waiting}`, async (page) => {
      await thread(page);
      const why = page.getByTestId('why').locator('summary').first();
      if (!page.viewportSize() || page.viewportSize().width < 1200) await page.keyboard.press('i');
      await why.click();
      await expect(page.getByTestId('decision').first()).toBeVisible();
      await page.getByTestId('decision').first().locator('summary').first().click();
    }),
    at('people', '/settings/people', live),
    at('developers', '/settings/developers', live),
    at('ledger', '/settings/ledger', live),
    at('account', '/settings/account', live),
  ];
}

/** In the page: what is wider than the page, if the page can be moved sideways. */
function sticksOut() {
  const root = document.scrollingElement;
  const width = document.documentElement.clientWidth;
  const moves = root.scrollWidth > width;
  const cut = [];
  for (const node of document.querySelectorAll('body *')) {
    const box = node.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || box.right <= width + 1) continue;
    if (getComputedStyle(node).visibility === 'hidden' || node.closest('.visually-hidden')) continue;
    // What can be moved within its own box is no trouble.
    let inside = false;
    for (let above = node.parentElement; above; above = above.parentElement) {
      const { overflowX, position } = getComputedStyle(above);
      if (overflowX === 'auto' || overflowX === 'scroll') inside = true;
      if (position === 'fixed') break;
    }
    if (!inside) cut.push(`${node.tagName.toLowerCase()}.${node.className?.baseVal ?? node.className} to ${Math.round(box.right)}`);
  }
  return moves || cut.length > 0 ? [`page ${root.scrollWidth}`, ...cut.slice(0, 5)] : [];
}
