import { describe, expect, it } from "vitest";
import { checkOtherEvent } from "./other-events.js";

const MINIMAL = {
  transaction: { id: "1", trace_id: "2", type: "request", duration: 1.5, span_count: { started: 0 } },
  span: { id: "1", trace_id: "2", parent_id: "3", name: "n", type: "db", duration: 1, start: 0 },
  error: { id: "1", log: { message: "m" } },
  log: { message: "m" },
} as const;

describe("checkOtherEvent", () => {
  for (const type of ["transaction", "span", "error", "log"] as const) {
    it(`D-SRV-6 accepts a ${type} that has only what is required`, () => {
      expect(checkOtherEvent(type, { ...MINIMAL[type] })).toBeUndefined();
    });

    it(`D-SRV-6 refuses an empty ${type}`, () => {
      expect(checkOtherEvent(type, {})?.message).toBe(`validation error: '${type}' required`);
      expect(checkOtherEvent(type, null)?.message).toBe(`validation error: '${type}' required`);
      expect(checkOtherEvent(type, [])?.message).toMatch(/^decode error: /);
    });
  }

  for (const [type, fields] of [
    ["transaction", ["id", "trace_id", "type", "duration", "span_count"]],
    ["span", ["id", "trace_id", "parent_id", "name", "type", "duration"]],
    ["error", ["id"]],
  ] as const) {
    for (const field of fields) {
      it(`D-SRV-6 requires ${field} of a ${type}`, () => {
        const error = checkOtherEvent(type, { ...MINIMAL[type], [field]: null });
        expect(error?.message).toBe(`validation error: ${type}: '${field}' required`);
      });
    }
  }

  it("D-SRV-6 requires span_count.started, a duration of 0 or more, start or timestamp, and exception or log", () => {
    const says = (type: "transaction" | "span" | "error", change: object): string | undefined =>
      checkOtherEvent(type, { ...MINIMAL[type], ...change })?.message;
    expect(says("transaction", { span_count: { dropped: 1 } })).toBe(
      "validation error: transaction: span_count: 'started' required",
    );
    expect(says("transaction", { duration: -1 })).toBe(
      "validation error: transaction: 'duration': validation rule 'min(0)' violated",
    );
    expect(says("transaction", { type: "x".repeat(1025) })).toMatch(
      /'type': validation rule 'maxLength\(1024\)' violated/,
    );
    expect(says("span", { start: null })).toBe(
      "validation error: span: requires at least one of the fields 'start;timestamp'",
    );
    expect(says("span", { start: null, timestamp: 1 })).toBeUndefined();
    expect(says("error", { log: null })).toBe(
      "validation error: error: requires at least one of the fields 'exception;log'",
    );
    expect(says("error", { log: { level: "x" } })).toBe("validation error: error: log: 'message' required");
    expect(says("error", { log: null, exception: { code: 1 } })).toMatch(
      /exception: requires at least one of the fields 'message;type'/,
    );
  });

  it("D-SRV-6 makes the trace fields of an error require each other", () => {
    const says = (change: object): string | undefined =>
      checkOtherEvent("error", { ...MINIMAL.error, ...change })?.message;
    expect(says({ transaction_id: "1" })).toBe(
      "validation error: error: 'parent_id' required when 'transaction_id' is set",
    );
    expect(says({ trace_id: "1" })).toBe("validation error: error: 'parent_id' required when 'trace_id' is set");
    expect(says({ parent_id: "1" })).toBe("validation error: error: 'trace_id' required when 'parent_id' is set");
    expect(says({ parent_id: "1", trace_id: "2", transaction_id: "3" })).toBeUndefined();
  });

  it("D-SRV-6 takes only the outcomes success, failure and unknown", () => {
    expect(checkOtherEvent("span", { ...MINIMAL.span, outcome: "failure" })).toBeUndefined();
    expect(checkOtherEvent("span", { ...MINIMAL.span, outcome: "bad" })?.message).toMatch(/enum\(enumOutcome\)/);
  });

  it("D-SRV-6 takes ECS logs nested or dotted", () => {
    expect(checkOtherEvent("log", { log: { level: "info" } })).toBeUndefined();
    expect(checkOtherEvent("log", { "log.level": "info" })).toBeUndefined();
    expect(checkOtherEvent("log", { "@timestamp": "no time" })?.kind).toBe("decode");
  });
});
