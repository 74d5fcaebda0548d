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
