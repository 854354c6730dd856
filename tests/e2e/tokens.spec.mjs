// Tokens of the API: made and shown once, renewed, revoked; and the page that describes the calls.
import { expect, test } from './support/test.mjs';
import { openSettings } from './support/pages.mjs';

test('an admin makes a token, whose secret is shown once, and tries it on the page of the API', async ({ browsers, desk, watch }) => {
  watch.allow(/status of \d+ .*\/api\/v1\//);
  const page = await openSettings(await browsers(), desk, '/settings/developers');
  await page.getByTestId('add-token').click();
  const form = page.getByTestId('add-token-dialog');
  await form.locator('#token-name').fill('Order system');
  await form.getByTestId('submit').click();
  const secret = await page.getByTestId('token-secret').textContent();
  expect(secret.trim()).toMatch(/^baton_live_[\w-]{43}$/);
  await page.getByTestId('done').click();
  const row = page.getByTestId('token').filter({ hasText: 'Order system' });
  await expect(row).toContainText(`…${secret.trim().slice(-4)}`);
  await expect(row).toContainText('Never');
  await page.reload();
  expect(await page.content()).not.toContain(secret.trim());

  await test.step('the page of the API runs under its own policy, and a call is tried', async () => {
    await page.getByTestId('api-docs').click();
    await page.locator('#token').fill(secret.trim());
    const call = page.locator('#get-api-v1-me');
    await call.locator('summary', { hasText: 'Try it' }).click();
    await call.getByRole('button', { name: 'Send' }).click();
    await expect(call.locator('[role=status]')).toContainText('200 after');
    await expect(call.locator('[role=status]')).toContainText('Order system');
  });

  await test.step('revoked, it is refused', async () => {
    await page.goto('/settings/developers');
    await row.getByTestId('revoke-token').click();
    await page.getByTestId('ask-token-dialog').getByTestId('submit').click();
    await expect(row).toContainText('Revoked');
    const answer = await page.request.get('/api/v1/me', { headers: { authorization: `Bearer ${secret.trim()}` } });
    expect(answer.status()).toBe(401);
  });
});
