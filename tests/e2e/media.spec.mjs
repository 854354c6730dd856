// Files: from a customer's phone into the thread, and from the composer onto the phone.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from './support/test.mjs';
import { carried, file, picture } from './support/files.mjs';

const PNG = 'image/png';

/** A customer who has been answered by nobody yet, and an agent who has the conversation open. */
async function meet({ agent, phone }, name, line) {
  const [customer, sara] = await Promise.all([phone(name), agent('sara')]);
  if (line) await customer.chooseLine(line);
  await customer.write('talk to a person');
  await sara.open(name);
  return { customer, sara };
}

/** The file that is about to be sent, and what is said of it. */
function chip(page) {
  const attached = page.getByTestId('attached');
  return { attached, state: attached.getByRole('status'), remove: page.getByTestId('detach') };
}

/** Pictures on a phone, of the business. */
function received(customer) {
  return customer.page.locator('[data-testid=phone-message][data-mine=false] img[data-media=image]');
}

/** The bytes behind the picture on a screen. */
function bytesOf(image) {
  return image.evaluate(async (image) => {
    const answer = await fetch(image.src);
    return Array.from(new Uint8Array(await answer.arrayBuffer()));
  });
}

/** Whether a picture is really there, with as many pixels across. */
async function isDrawn(image) {
  await expect.poll(() => image.evaluate((image) => image.complete && image.naturalWidth)).toBeGreaterThan(0);
}

test('what a customer sends is in the thread: a picture with its thumbnail, a document to save, a voice to hear', async ({
  agent,
  phone,
}) => {
  const { customer, sara } = await meet({ agent, phone }, 'Pia Photo');

  await test.step('a picture', async () => {
    await customer.attach('image');
    const shown = sara.thread.getByTestId('picture');
    await expect(shown).toHaveCount(1);
    await isDrawn(shown.locator('img'));
    await expect(shown.locator('img')).toHaveAttribute('src', /^\/files\/[0-9a-f-]{36}\/thumbnail$/);
    await expect(sara.row('Pia Photo')).toContainText('Photo');
    const whole = await sara.page.request.get(await shown.getAttribute('href'));
    expect(whole.headers()['content-type']).toBe('image/jpeg');
    expect(await whole.body()).toEqual(Buffer.from(await bytesOf(customer.page.locator('img[data-media=image]'))));
  });

  await test.step('a document', async () => {
    await customer.attach('document');
    const shown = sara.thread.getByTestId('document');
    await expect(shown).toContainText('order.pdf');
    await expect(shown).toContainText(/\d KB/);
    const saving = sara.page.waitForEvent('download');
    await shown.click();
    expect((await saving).suggestedFilename()).toBe('order.pdf');
  });

  await test.step('a voice note', async () => {
    await customer.attach('voice');
    const sound = sara.thread.locator('audio');
    await expect(sound).toHaveAccessibleName('Voice message');
    await expect.poll(() => sound.evaluate(async (sound) => {
      const answer = await fetch(sound.src, { headers: { range: 'bytes=0-3' } });
      return `${answer.status} ${await answer.text()}`;
    })).toBe('206 OggS');
  });
});

test('an agent sends a picture by choosing, dropping or pasting it, with words beside it', async ({ agent, phone }) => {
  const { customer, sara } = await meet({ agent, phone }, 'Paul Pictures');
  const { page } = sara;
  const { attached, state } = chip(page);
  const sent = sara.thread.getByTestId('picture');

  await test.step('chosen by the paperclip', async () => {
    const photo = picture(400, 300);
    const choosing = page.waitForEvent('filechooser');
    await page.locator('label', { has: page.getByTestId('attach') }).click();
    await (await choosing).setFiles(file('chosen.png', PNG, photo));
    await expect(attached).toContainText('chosen.png');
    await expect(attached).toContainText(/\d KB/);
    await expect(state).toBeEmpty();
    await expect(sara.composer).toHaveAttribute('placeholder', 'Write something beside the file');
    await sara.composer.fill('This is *the one*');
    await sara.composer.press('Enter');
    await expect(sent).toHaveCount(1);
    await isDrawn(sent.locator('img'));
    await expect(sara.messages().filter({ has: page.getByTestId('picture') })).toContainText('This is the one');
    await expect(attached).toHaveCount(0);
    await expect(sara.composer).toHaveValue('');
    await expect(customer.theirs('This is the one').locator('img[data-media=image]')).toHaveCount(1);
    expect(Buffer.from(await bytesOf(received(customer)))).toEqual(photo);
    await expect(sara.messages().filter({ has: page.getByTestId('picture') })).toHaveAttribute('data-state', /delivered|read/);
  });

  await test.step('dropped on the composer', async () => {
    const dropped = await carried(page, file('dropped.png', PNG, picture(40, 30)));
    const zone = page.locator('[data-pane=composer]');
    await zone.dispatchEvent('dragover', { dataTransfer: dropped });
    await zone.dispatchEvent('drop', { dataTransfer: dropped });
    await expect(attached).toContainText('dropped.png');
    await page.getByTestId('send').click();
    await expect(sent).toHaveCount(2);
    await expect(received(customer)).toHaveCount(2);
  });

  await test.step('pasted from the clipboard', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
    }, picture(20, 10).toString('base64'));
    await sara.composer.focus();
    await page.keyboard.press('Control+V');
    await expect(attached).toContainText('.png');
    await expect(state).toBeEmpty();
    await page.keyboard.press('Enter');
    await expect(sent).toHaveCount(3);
    await expect(received(customer)).toHaveCount(3);
  });

  await test.step('a note takes none, and one that waits stays with its conversation', async () => {
    await page.getByTestId('attach').setInputFiles(file('later.png', PNG, picture(20, 10)));
    await expect(attached).toContainText('later.png');
    await page.getByTestId('mode-note').click();
    await expect(attached).toHaveCount(0);
    await expect(page.getByTestId('attach')).toHaveCount(0);
    await page.getByTestId('mode-reply').click();
    await expect(attached).toContainText('later.png');
    await page.getByTestId('detach').click();
    await expect(attached).toHaveCount(0);
  });
});

test('a file on its way shows how far it is, and can be stopped and removed', async ({ agent, desk, phone }) => {
  const { customer, sara } = await meet({ agent, phone }, 'Petra Progress');
  const { page } = sara;
  const { attached, state, remove } = chip(page);
  const send = page.getByTestId('send');
  const line = await page.context().newCDPSession(page);
  const slow = (uploadThroughput) =>
    line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
  const big = file('big.png', PNG, picture(1_000, 500));

  await slow(250_000);
  await page.getByTestId('attach').setInputFiles(big);
  await expect(state).toHaveText(/^Uploading [1-9]\d?%$/);
  await expect(attached.getByRole('progressbar')).toBeVisible();
  await expect(send).toHaveAttribute('aria-disabled', 'true');
  await expect(remove).toHaveAccessibleName('Cancel the upload');
  await remove.click();
  await expect(attached).toHaveCount(0);
  await slow(-1);

  await page.getByTestId('attach').setInputFiles(big);
  await expect(remove).toHaveAccessibleName('Remove the file');
  await expect(send).not.toHaveAttribute('aria-disabled');
  await remove.click();
  await expect(attached).toHaveCount(0);
  await expect(send).toHaveAttribute('aria-disabled', 'true');

  await sara.reply('without a file');
  await expect(customer.theirs('without a file')).toHaveCount(1);
  await expect(received(customer)).toHaveCount(0);
  const sent = await desk.database.value(`select count(*)::int from messages where body ? 'media'`);
  expect(sent).toBe(0);
});

test('what cannot be sent is refused with words, and what only claims to be a picture is never shown as one', async ({
  agent,
  desk,
  phone,
  watch,
}) => {
  // A refused upload is a failed request, which the browser notes.
  watch.allow(/status of 4\d\d .*\/files\?conversation=/);
  const { customer, sara } = await meet({ agent, phone }, 'Rita Refused', 'Twilio (sandbox)');
  const { page } = sara;
  const { attached, state, remove } = chip(page);
  const attach = page.getByTestId('attach');
  const send = page.getByTestId('send');

  await test.step('too large for this channel', async () => {
    // With no bytes in it, so that it costs nothing to hand over.
    const large = join(desk.folder, 'film.mov');
    writeFileSync(large, '');
    truncateSync(large, (16 << 20) + 1);
    await attach.setInputFiles(large);
    await expect(state).toContainText('too large: at most 16 MB');
    await expect(send).toHaveAttribute('aria-disabled', 'true');
    await remove.click();
  });

  await test.step('nothing in it', async () => {
    await attach.setInputFiles(file('empty.txt', 'text/plain', Buffer.alloc(0)));
    await expect(state).toContainText('The file is empty');
    await expect(send).toHaveAttribute('aria-disabled', 'true');
    // Another one takes its place.
    await attach.setInputFiles(file('list.csv', 'text/csv', Buffer.from('a,b\n')));
    await expect(attached).toContainText('list.csv');
    await expect(state).toBeEmpty();
    await remove.click();
  });

  await test.step('the desk cannot be reached', async () => {
    watch.allow(/net::ERR_FAILED/);
    await page.route('**/files?conversation=*', (route) => route.abort());
    await attach.setInputFiles(file('list.csv', 'text/csv', Buffer.from('a,b\n')));
    await expect(state).toContainText('did not arrive');
    await page.unroute('**/files?conversation=*');
    await remove.click();
  });

  await test.step('a page that calls itself a picture goes as a document', async () => {
    const page = Buffer.from('<!doctype html><script>document.title = "mine"</script>');
    await attach.setInputFiles(file('cat.png', PNG, page));
    await expect(state).toBeEmpty();
    await sara.composer.press('Enter');
    const shown = sara.thread.getByTestId('document');
    await expect(shown).toContainText('cat.png');
    await expect(sara.thread.locator('img')).toHaveCount(0);
    const answer = await sara.page.request.get(await shown.getAttribute('href'));
    expect(answer.headers()['content-disposition']).toMatch(/^attachment/);
    expect(answer.headers()['content-type']).not.toContain('html');
    await expect(customer.page.locator('[data-mine=false] [data-media=document]')).toHaveCount(1);
  });
});
