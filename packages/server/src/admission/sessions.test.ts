import { describe, expect, it } from "vitest";
import { Guesses } from "./guesses.js";
import { Sessions } from "./sessions.js";

const HOUR_MS = 3_600_000;
const HOST = { host: "127.0.0.1:8200" };
/** The headers with which a browser comes back. */
const back = (setCookie: string, headers = HOST) => ({
  ...headers,
  cookie: setCookie.slice(0, setCookie.indexOf(";")),
});

describe("Sessions", () => {
  it("hands out a cookie that scripts cannot read and other sites cannot send", () => {
    expect(new Sessions(false).start(HOST, 0)).toMatch(
      /^tidegauge_session_[\da-f]{8}=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(new Sessions(true).start(HOST, 0)).toMatch(/; Secure$/);
  });

  it("knows its own sessions until they end or are twelve hours old", () => {
    const sessions = new Sessions(false);
    const [first, second] = [back(sessions.start(HOST, 0)), back(sessions.start(HOST, 0))];
    expect(first).not.toBe(second);
    expect(sessions.check({ ...HOST, cookie: `other=1; ${first.cookie}` }, 1)).toBe(true);
    expect(sessions.check(first, 12 * HOUR_MS)).toBe(false);
    expect(sessions.check({ ...HOST, cookie: first.cookie.replace(/=.*/, "=guess") }, 1)).toBe(false);
    expect(sessions.check(HOST, 1)).toBe(false);
    expect(sessions.end(first)).toMatch(/^tidegauge_session_[\da-f]{8}=; .*Max-Age=0/);
    expect(sessions.check(first, 1)).toBe(false);
    expect(sessions.check(second, 1)).toBe(true);
  });

  it("keeps a thousand sessions, the oldest go first", () => {
    const sessions = new Sessions(false);
    const first = back(sessions.start(HOST, 0));
    const second = back(sessions.start(HOST, 0));
    for (let i = 0; i < 999; i++) sessions.start(HOST, 1);
    expect(sessions.check(first, 2)).toBe(false);
    expect(sessions.check(second, 2)).toBe(true);
  });
});

describe("Sessions of two servers on one host", () => {
  it("FACE-6 have cookies of two names, since a browser sends every cookie of a host to each of its ports", () => {
    const servers = [new Sessions(false), new Sessions(false)] as const;
    const hosts = [HOST, { host: "127.0.0.1:8201" }] as const;
    const cookies = servers.map((server, index) => back(server.start(hosts[index] ?? HOST, 0)).cookie);
    const names = cookies.map((cookie) => cookie.slice(0, cookie.indexOf("=")));
    expect(new Set(names).size).toBe(2);
    servers.forEach((server, index) => {
      expect(server.check({ ...hosts[index], cookie: cookies.join("; ") }, 1)).toBe(true);
    });
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
