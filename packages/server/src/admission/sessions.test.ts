import { describe, expect, it } from "vitest";
import { Guesses } from "./guesses.js";
import { Sessions } from "./sessions.js";

const HOUR_MS = 3_600_000;
const cookie = (setCookie: string): string => setCookie.slice(0, setCookie.indexOf(";"));

describe("Sessions", () => {
  it("hands out a cookie that scripts cannot read and other sites cannot send", () => {
    expect(new Sessions(false).start(0)).toMatch(
      /^tidegauge_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(new Sessions(true).start(0)).toMatch(/; Secure$/);
  });

  it("knows its own sessions until they end or are twelve hours old", () => {
    const sessions = new Sessions(false);
    const [first, second] = [cookie(sessions.start(0)), cookie(sessions.start(0))];
    expect(first).not.toBe(second);
    expect(sessions.check(`other=1; ${first}`, 1)).toBe(true);
    expect(sessions.check(first, 12 * HOUR_MS)).toBe(false);
    expect(sessions.check("tidegauge_session=guess", 1)).toBe(false);
    expect(sessions.check(undefined, 1)).toBe(false);
    expect(sessions.end(first)).toMatch(/^tidegauge_session=; .*Max-Age=0/);
    expect(sessions.check(first, 1)).toBe(false);
    expect(sessions.check(second, 1)).toBe(true);
  });

  it("keeps a thousand sessions, the oldest go first", () => {
    const sessions = new Sessions(false);
    const first = cookie(sessions.start(0));
    const second = cookie(sessions.start(0));
    for (let i = 0; i < 999; i++) sessions.start(1);
    expect(sessions.check(first, 2)).toBe(false);
    expect(sessions.check(second, 2)).toBe(true);
  });
});

describe("Guesses", () => {
  it("asks an address to wait after too many wrong ones in a minute, and no other", () => {
    const guesses = new Guesses(3);
    for (let i = 0; i < 3; i++) expect(guesses.wrong("a", 0)).toBe(0);
    expect(guesses.wrong("a", 20_000)).toBe(40);
    expect(guesses.isFirstTooMany("a")).toBe(true);
    guesses.wrong("a", 20_000);
    expect(guesses.isFirstTooMany("a")).toBe(false);
    expect(guesses.wrong("b", 20_000)).toBe(0);
    expect(guesses.wrong("a", 60_000)).toBe(0);
  });
});
