// A page as somebody uses it who has a keyboard and nothing else.
import { expect } from '@playwright/test';

/** How far a control can be from the beginning of a page, in steps. */
const FAR = 400;

export class Keys {
  constructor(page) {
    this.page = page;
  }

  /** Goes to a control with Tab, and finds that it can be reached. */
  async to(control) {
    await expect(control).toBeVisible();
    for (let step = 0; step < FAR; step += 1) {
      if (await control.evaluate((node) => node === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`${control} cannot be reached with Tab`);
  }

  /** Presses a button, or follows a link. */
  async press(control) {
    await this.to(control);
    await this.page.keyboard.press('Enter');
  }

  /** Turns a switch or ticks a box. */
  async turn(control) {
    await this.to(control);
    await this.page.keyboard.press('Space');
  }

  /** Writes into a field, in place of what is there. */
  async write(control, text) {
    await this.to(control);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(text);
    await expect(control).toHaveValue(text);
  }

  /** Chooses an entry of a list by its name, a step at a time, as the arrows do. */
  async choose(control, name) {
    await this.to(control);
    const way = await control.evaluate((list, wanted) => {
      const at = [...list.options].findIndex((option) => option.label.trim() === wanted);
      return at < 0 ? undefined : at - list.selectedIndex;
    }, name);
    expect(way, `the list has no ${name}`).not.toBeUndefined();
    for (let step = 0; step < Math.abs(way); step += 1) {
      await this.page.keyboard.press(way > 0 ? 'ArrowDown' : 'ArrowUp');
    }
    await expect(control.locator('option:checked')).toHaveText(name);
    await expect(control).toBeFocused();
  }
}
