// What the tests are written with: a desk, people at it, and a watch over everything that a page complains of.
import { test as base, expect } from '@playwright/test';

import { Desk } from './desk.mjs';
import { Agent, Phone } from './pages.mjs';

export { expect };

/** What a browser says of a server that is away; a test that kills it allows this. */
export const AWAY = /WebSocket connection to|net::ERR_|status of 503|Failed to fetch/;

/** Notes what a page complains of: errors, warnings, refusals of the content policy, questions of a script. */
export class Watch {
  constructor() {
    this.complaints = [];
    this.dialogs = [];
    this.allowed = [];
  }

  /** Complaints like this one are expected. */
  allow(pattern) {
    this.allowed.push(pattern);
  }

  context(context) {
    context.on('page', (page) => this.page(page));
  }

  page(page) {
    const note = (kind, text, where = page.url()) => this.complaints.push(`${kind} at ${where}: ${text}`);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        note(`console ${message.type()}`, `${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => note('exception', error.stack ?? error.message));
    page.on('crash', () => note('crash', 'the page is gone'));
    page.on('dialog', (dialog) => {
      this.dialogs.push(dialog.message());
      dialog.dismiss().catch(() => {});
    });
  }

  /** What was complained of and not expected. */
  left() {
    return this.complaints.filter((text) => !this.allowed.some((pattern) => pattern.test(text)));
  }
}

export const test = base.extend({
  /** Whether the desk begins with people who can sign in. */
  sample: [true, { option: true }],

  /** Hosts of our own network that the desk may call besides the providers'. */
  allowedHosts: [[], { option: true }],

  desk: async ({ sample, allowedHosts }, use, info) => {
    const desk = await Desk.open({ sample, allowedHosts });
    await use(desk);
    if (info.status !== info.expectedStatus && desk.said) {
      await info.attach('server', { body: desk.said, contentType: 'text/plain' });
      // The list shows the beginning of an attachment; what went wrong is at the end.
      console.error(desk.said.slice(-4000));
    }
    await desk.close();
  },

  baseURL: async ({ desk }, use) => use(desk.url),

  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.dialogs, 'no page asks anything by script').toEqual([]);
    expect(watch.left(), 'no page complains').toEqual([]);
  },

  /** Makes browsers of their own, as different people have them. */
  browsers: async ({ browser, desk, watch, contextOptions, viewport, locale, timezoneId }, use) => {
    const contexts = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({
        ...contextOptions,
        viewport,
        locale,
        timezoneId,
        baseURL: desk.url,
        ...options,
      });
      watch.context(context);
      contexts.push(context);
      return context;
    });
    for (const context of contexts) await context.close();
  },

  /** Lets somebody sit down at the inbox. */
  agent: async ({ browsers, desk }, use) => {
    await use(async (name, { next, slow = false, ...options } = {}) => {
      const context = await browsers(options);
      const agent = new Agent(await context.newPage(), desk.people[name]);
      if (slow) await agent.bePatient();
      await agent.signIn(next);
      return agent;
    });
  },

  /** Takes a new customer's phone in the hand. */
  phone: async ({ browsers }, use) => {
    await use(async (name, options = {}) => {
      const context = await browsers(options);
      const phone = new Phone(await context.newPage());
      await phone.open();
      if (name) await phone.add(name);
      return phone;
    });
  },
});
