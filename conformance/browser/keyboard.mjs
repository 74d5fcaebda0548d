import { expect } from "vitest";

/** Somebody at the keyboard: presses Tab until what they look for has the focus. */
export class Keyboard {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} key such as `Enter` */
  async press(key) {
    await this.page.keyboard.press(key);
  }

  /** @param {string} text */
  async type(text) {
    await this.page.keyboard.type(text);
  }

  /** What has the focus: its text, or its label where it has no text of its own. @returns {Promise<string>} */
  async focused() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return (element?.getAttribute("aria-label") ?? element?.textContent ?? "").trim();
    });
  }

  /** Tabs on until the focus is on what is called `name`. @param {string | RegExp} name @param {"Tab" | "Shift+Tab"} key */
  async tabTo(name, key = "Tab") {
    const isIt = (text) => (typeof name === "string" ? text === name : name.test(text));
    const passed = [];
    for (let presses = 0; presses < 300; presses++) {
      await this.press(key);
      const text = await this.focused();
      if (isIt(text)) return;
      passed.push(text.slice(0, 30));
    }
    expect(passed, `the focus never came to ${name}`).toContain(name);
  }
}
