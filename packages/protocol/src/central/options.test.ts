import { expect, it } from "vitest";
import { CENTRAL_OPTIONS, expectedOf } from "./options.js";

it("CFG-6 takes the example of each option", () => {
  for (const { name, example } of CENTRAL_OPTIONS) expect([name, expectedOf(name, example)]).toEqual([name, undefined]);
});

it("CFG-6 says what a value must be (configuration.md §6.2)", () => {
  expect(expectedOf("metrics_interval", "abc")).toBe("a whole number and a unit, ms, s or m, as in 30s");
  expect(expectedOf("metrics_interval", "30")).toMatch(/unit/);
  expect(expectedOf("metrics_interval", "999ms")).toBe("at least 1000ms, or 0s");
  expect(expectedOf("metrics_interval", "0s")).toBeUndefined();
  expect(expectedOf("metrics_interval", "99999m")).toBe("at most 24 days");
  expect(expectedOf("api_request_time", "0s")).toBe("at least 1ms");
  expect(expectedOf("api_request_size", "1tb")).toMatch(/b, kb, mb or gb/);
  expect(expectedOf("api_request_size", "99999999999gb")).toBe("smaller");
  expect(expectedOf("recording", "yes")).toBe("true or false");
  expect(expectedOf("log_level", "loud")).toBe("one of trace, debug, info, warning, error, critical, off");
  expect(expectedOf("log_level", "WARN")).toBeUndefined();
});

it("leaves options of other agents to them", () => {
  for (const name of ["transaction_max_spans", "capture_body", "", "constructor"])
    expect(expectedOf(name, "abc")).toBeUndefined();
});
