import { describe, expect, it } from "vitest";
import { Backoff, parseRetryAfter } from "./backoff.js";
import type { Answer } from "./http/sender.js";
import { judgeAnswer, judgeError } from "./outcome.js";

function answer(status: number, body = "", headers: Record<string, string> = {}, premature = false): Answer {
  return { status, body, headers, premature };
}

describe("answers", () => {
  it.each([200, 202, 204, 299])("W-43 %i is success", (status) => {
    expect(judgeAnswer(answer(status), 5, 0)).toEqual({ kind: "accepted" });
  });

  it.each([301, 302, 308, 408, 429, 500, 502, 503])("W-44, W-45, W-52 %i is worth another attempt", (status) => {
    expect(judgeAnswer(answer(status), 5, 0).kind).toBe("retry");
  });

  it.each([400, 401, 403, 404, 413, 422])("W-45 %i refuses the content", (status) => {
    expect(judgeAnswer(answer(status, '{"accepted":3}'), 5, 0)).toMatchObject({ kind: "refused", accepted: 3 });
  });

  it.each([
    ['{"accepted":2,"errors":[{"message":"m","document":"d"}]}', 2],
    ['{"accepted":99}', 5],
    ['{"error":"authentication failed"}', 0],
    ['{"accepted":-1}', 0],
    ['{"accepted":"2"}', 0],
    ["<html>", 0],
    ["", 0],
    ["null", 0],
  ])("W-50, W-93 reads how many were taken from %s", (body, accepted) => {
    expect(judgeAnswer(answer(400, body), 5, 0)).toMatchObject({ kind: "refused", accepted });
  });

  it("W-51 takes a premature success for a failure", () => {
    expect(judgeAnswer(answer(202, "", {}, true), 5, 0).kind).toBe("retry");
  });

  it("W-46 reports the status and at most 10,000 characters of the body; 429 by its own words", () => {
    expect(judgeAnswer(answer(503, "queue full"), 5, 0)).toMatchObject({ problem: "HTTP 503: queue full" });
    expect(judgeAnswer(answer(429, "slow down"), 5, 0)).toMatchObject({
      problem: "Temporarily rate limited: HTTP 429: slow down",
    });
    const long = judgeAnswer(answer(500, "x".repeat(20_000)), 5, 0) as { problem: string };
    expect(long.problem).toHaveLength("HTTP 500: ".length + 10_000);
  });

  it("W-44 takes an error of the connection for worth another attempt", () => {
    expect(judgeError(Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" }))).toEqual({
      kind: "retry",
      retryAfterMs: 0,
      problem: "connect refused",
      cause: "ECONNREFUSED",
    });
    expect(judgeError("odd").kind).toBe("retry");
  });
});

describe("waiting", () => {
  it("W-47 waits 0, 1, 4, 9, 16, 25, 36, 36 … seconds, and from 0 again after a success", () => {
    const backoff = new Backoff(() => 0.5);
    const waits = Array.from({ length: 9 }, () => backoff.fail() / 1000);
    expect(waits).toEqual([0, 1, 4, 9, 16, 25, 36, 36, 36]);
    backoff.succeed();
    expect([backoff.fail(), backoff.fail()]).toEqual([0, 1000]);
  });

  it("W-47 spreads by ± 10 %", () => {
    for (const [random, expected] of [
      [0, 3600],
      [0.5, 4000],
      [1, 4400],
    ] as const) {
      const backoff = new Backoff(() => random);
      backoff.fail();
      backoff.fail();
      expect(backoff.fail()).toBeCloseTo(expected, 6);
    }
  });

  it("W-48 follows Retry-After of a 429 or 503 when it is longer", () => {
    const backoff = new Backoff(() => 0.5);
    expect(backoff.fail(7000)).toBe(7000);
    expect(backoff.fail(10)).toBe(1000);
    for (const status of [429, 503]) {
      expect(judgeAnswer(answer(status, "", { "retry-after": "7" }), 1, 0)).toMatchObject({ retryAfterMs: 7000 });
    }
    expect(judgeAnswer(answer(500, "", { "retry-after": "7" }), 1, 0)).toMatchObject({ retryAfterMs: 0 });
  });

  it("W-48 understands seconds and dates, and no more than a day", () => {
    const now = Date.UTC(2026, 0, 1);
    expect(parseRetryAfter("120", now)).toBe(120_000);
    expect(parseRetryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
    expect(parseRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
    expect(parseRetryAfter("soon", now)).toBe(0);
    expect(parseRetryAfter(undefined, now)).toBe(0);
    expect(parseRetryAfter("99999999", now)).toBe(86_400_000);
  });
});
