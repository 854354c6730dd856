// Signing in and out, and the first run. The forms work before a script has loaded, and without any.
import { expect, test } from './support/test.mjs';
import { live, signIn } from './support/pages.mjs';

test('one signs in without JavaScript', async ({ browsers, desk }) => {
  const context = await browsers({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/inbox/mine');
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.locator('[name=email]').fill(desk.people.sara.email);
  await page.locator('[name=password]').fill(desk.people.sara.password);
  await page.getByTestId('sign-in').click();
  await expect(page).toHaveURL(/\/inbox\/mine$/);
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await page.goto('/login');
  await expect(page).toHaveURL(/\/inbox\/waiting$/);
});

test('a wrong password is told, and too many are stopped', async ({ browsers, desk }) => {
  const context = await browsers();
  const page = await context.newPage();
  const attempt = async (email, password) => {
    await page.goto('/login?next=%2Finbox%2Fall');
    await page.locator('[name=email]').fill(email);
    await page.locator('[name=password]').fill(password);
    // Whoever goes on before the answer takes the attempt back.
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByTestId('sign-in').click();
    await answer;
  };
  const problem = page.getByTestId('form-error');
  await attempt(desk.people.sara.email, 'not her password');
  await expect(problem).toContainText('do not belong together');
  await expect(problem).toHaveRole('alert');
  // Where one wanted to go is not forgotten.
  await expect(page.locator('[name=next]')).toHaveValue('/inbox/all');
  await attempt('nobody@sample.example', 'not her password');
  await expect(problem).toContainText('do not belong together');
  for (let n = 0; n < 4; n += 1) await attempt(desk.people.sara.email, `wrong ${n}`);
  await attempt(desk.people.sara.email, desk.people.sara.password);
  await expect(problem).toContainText('Too many attempts');
  // Another account is not held up by that.
  await signIn(page, desk.people.omar);
});

test('after signing in one goes nowhere else', async ({ browsers, desk }) => {
  const context = await browsers();
  const page = await context.newPage();
  await page.goto('/login?next=https%3A%2F%2Fexample.org%2F');
  await page.locator('[name=email]').fill(desk.people.omar.email);
  await page.locator('[name=password]').fill(desk.people.omar.password);
  await page.getByTestId('sign-in').click();
  await expect(page).toHaveURL(`${desk.url}/inbox/waiting`);
});

test('one signs out in the menu', async ({ agent }) => {
  const sara = await agent('sara');
  await sara.page.getByTestId('account').click();
  await sara.page.getByTestId('sign-out').click();
  await expect(sara.page).toHaveURL(/\/login$/);
  await sara.page.goto('/inbox/mine');
  await expect(sara.page).toHaveURL(/\/login\?next=/);
});

test('signed out everywhere, every page that is open closes', async ({ agent }) => {
  const [here, there] = await Promise.all([agent('sara'), agent('sara')]);
  const omar = await agent('omar');
  await here.page.goto('/settings/account');
  await expect(here.page.getByTestId('sign-in-place')).toHaveCount(2);
  const socket = there.page.waitForEvent('framenavigated', { timeout: 5_000 });
  await here.page.getByTestId('sign-out-everywhere').click();
  await expect(here.page).toHaveURL(/\/login/);
  // The other one does nothing: its socket is closed.
  await socket;
  await expect(there.page).toHaveURL(/\/login\?next=%2Finbox%2Fwaiting/, { timeout: 5_000 });
  await expect(omar.page).toHaveURL(/\/inbox\/waiting$/);
});

test('a changed password ends the other sessions', async ({ agent, browsers, desk, watch }) => {
  // A change that is refused is a failed request, which the browser notes.
  watch.allow(/status of \d+ .*\/api\/ui\/change/);
  const [here, there] = await Promise.all([agent('omar'), agent('omar')]);
  await here.page.goto('/settings/account');
  const current = here.page.locator('[name=current]');
  const next = here.page.locator('[name=new]');
  const password = 'lantern quarry mosaic thistle';
  await expect(here.page.getByTestId('sign-in-place')).toHaveCount(2);
  // Five tries a minute are allowed: two were needed to get here.
  await current.fill('this is not it');
  await next.fill(password);
  await here.page.getByTestId('change-password').click();
  await expect(here.page.locator('#field-current-error')).toBeVisible();
  await current.fill(desk.people.omar.password);
  await here.page.getByTestId('change-password').click();
  await expect(here.toast).toContainText('Password changed');
  await expect(there.page).toHaveURL(/\/login/, { timeout: 5_000 });
  await expect(here.page.getByTestId('sign-in-place')).toHaveCount(1);
  const context = await browsers();
  const page = await context.newPage();
  await signIn(page, { ...desk.people.omar, password });
});

test.describe('an empty desk', () => {
  test.use({ sample: false });

  test('is set up by its first admin, once', async ({ browsers, desk, watch }) => {
    const context = await browsers();
    const page = await context.newPage();
    await page.goto('/');
    await expect(page).toHaveURL(/\/setup$/);
    const fill = async (password) => {
      await page.locator('[name=organisation]').fill('Corner shop');
      await page.locator('[name=name]').fill('Ada Admin');
      await page.locator('[name=email]').fill('ada@example.org');
      await page.locator('[name=password]').fill(password);
      await page.getByTestId('create-desk').click();
    };
    await fill('password1');
    await expect(page.locator('#field-password-error')).toContainText('too easy to guess');
    await fill('lantern quarry mosaic thistle');
    await expect(page).toHaveURL(/\/inbox\/waiting$/);
    await live(page);
    await expect(page.getByText('Nobody is waiting')).toBeVisible();
    watch.allow(/status of 404/);
    const again = await page.goto('/setup');
    expect(again.status()).toBe(404);
    expect(await desk.database.value('select organisation from desk')).toBe('Corner shop');
  });

  test('is set up without JavaScript', async ({ browsers }) => {
    const context = await browsers({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto('/setup');
    await page.locator('[name=organisation]').fill('Corner shop');
    await page.locator('[name=name]').fill('Ada Admin');
    await page.locator('[name=email]').fill('ada@example.org');
    await page.locator('[name=password]').fill('lantern quarry mosaic thistle');
    await page.getByTestId('create-desk').click();
    await expect(page).toHaveURL(/\/inbox\/waiting$/);
  });
});
