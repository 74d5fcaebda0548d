import { expect, it, vi } from "vitest";
import { onThemeChange } from "./theme.js";

it("listens to the system once, however many charts there are, and stops with the last", () => {
  const heard = new Set<unknown>();
  vi.stubGlobal("window", {
    matchMedia: () => {
      const own = {};
      return {
        addEventListener: () => heard.add(own),
        removeEventListener: () => heard.delete(own),
      };
    },
  });
  const stops = [onThemeChange(() => {}), onThemeChange(() => {}), onThemeChange(() => {})];
  expect(heard.size).toBe(1);
  for (const stop of stops.slice(1)) stop();
  expect(heard.size).toBe(1);
  stops[0]?.();
  expect(heard.size).toBe(0);
  vi.unstubAllGlobals();
});

it("never reads the list it listens to, which would take the event of a change from it", async () => {
  vi.resetModules();
  const { onThemeChange, shownTheme } = await import("./theme.js");
  const readWhileListening: unknown[] = [];
  vi.stubGlobal("window", {
    matchMedia: () => {
      let listening = false;
      return {
        addEventListener: () => {
          listening = true;
        },
        removeEventListener: () => {},
        get matches() {
          if (listening) readWhileListening.push(this);
          return true;
        },
      };
    },
    localStorage: { getItem: () => null },
  });
  expect(shownTheme()).toBe("dark");
  const stop = onThemeChange(() => {});
  expect(shownTheme()).toBe("dark");
  expect(readWhileListening).toEqual([]);
  stop();
  vi.unstubAllGlobals();
});

it("shows what was chosen as long as the page lives, also where nothing can be stored", async () => {
  vi.resetModules();
  const { chooseTheme, shownTheme, themeChoice } = await import("./theme.js");
  const documentElement = { dataset: {} as Record<string, string> };
  vi.stubGlobal("document", { documentElement });
  vi.stubGlobal("window", {
    matchMedia: () => ({ matches: false }),
    get localStorage(): Storage {
      throw new Error("forbidden");
    },
  });
  expect([themeChoice(), shownTheme()]).toEqual(["auto", "light"]);
  chooseTheme("dark");
  expect([themeChoice(), shownTheme(), documentElement.dataset.theme]).toEqual(["dark", "dark", "dark"]);
  chooseTheme("auto");
  expect(shownTheme()).toBe("light");
  vi.unstubAllGlobals();
});
