import { expect, it } from "vitest";
import { OPTIONS, problemOf } from "./options.js";

it("takes the example of each option", () => {
  for (const { name, example } of OPTIONS) expect([name, problemOf(name, example)]).toEqual([name, undefined]);
});

it("says what a value must be (configuration.md §6.2)", () => {
  expect(problemOf("metrics_interval", "abc")).toBe("It must be a whole number and a unit, ms, s or m, as in 30s.");
  expect(problemOf("metrics_interval", "30")).toMatch(/unit/);
  expect(problemOf("metrics_interval", "999ms")).toBe("It must be at least 1000ms, or 0s.");
  expect(problemOf("metrics_interval", "0s")).toBeUndefined();
  expect(problemOf("metrics_interval", "99999m")).toBe("It must be at most 24 days.");
  expect(problemOf("api_request_time", "0s")).toBe("It must be at least 1ms.");
  expect(problemOf("api_request_size", "1tb")).toMatch(/b, kb, mb or gb/);
  expect(problemOf("recording", "yes")).toBe("It must be true or false.");
  expect(problemOf("log_level", "loud")).toMatch(/one of trace, debug/);
  expect(problemOf(" log_level ", " WARN ")).toBeUndefined();
});

it("leaves options of other agents to them", () => {
  expect(problemOf("transaction_max_spans", "abc")).toBeUndefined();
  expect(problemOf("", "")).toBeUndefined();
});
