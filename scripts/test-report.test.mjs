import { describe, expect, it } from "vitest";
import { counts, failures, secondAttempts } from "./test-report.mjs";

const passes = { status: "passed", fullName: "a gate passes", failureMessages: [] };
const fails = {
  status: "failed",
  fullName: "a gate holds",
  failureMessages: [`\u001b[31mAssertionError\u001b[39m: 1 is not 2\n${"    at frame\n".repeat(100)}`],
};

const report = {
  numPassedTests: 1,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [
    { name: "gate.test.ts", status: "failed", message: "", assertionResults: [passes, fails] },
    { name: "unloadable.test.ts", status: "failed", message: "SyntaxError: no", assertionResults: [] },
  ],
};

describe("vitest's report", () => {
  it("counts a file that cannot be loaded as a failure", () => {
    expect(counts(report)).toEqual({ passed: 1, failed: 2, skipped: 3 });
  });

  it("names each failure with file, test and the head of its message, in plain text", () => {
    const [test, file] = failures(report);
    expect(test).toMatch(/^failed: gate\.test\.ts > a gate holds\n {4}AssertionError: 1 is not 2\n/);
    expect(test.split("\n").length).toBeLessThan(50);
    expect(file).toBe("failed: unloadable.test.ts\n    SyntaxError: no");
    expect(secondAttempts(report)).toEqual([]);
  });

  it("names what passed only when it was tried again, which is no failure", () => {
    const late = { ...passes, failureMessages: ["AssertionError: 1 is not 2"] };
    const tried = { testResults: [{ name: "gate.test.ts", status: "passed", assertionResults: [passes, late] }] };
    expect(secondAttempts(tried)).toEqual([
      "second attempt: gate.test.ts > a gate passes\n    AssertionError: 1 is not 2",
    ]);
    expect(failures(tried)).toEqual([]);
  });

  it("names nothing where nothing failed", () => {
    expect(failures({ testResults: [{ name: "gate.test.ts", status: "passed", assertionResults: [passes] }] })).toEqual(
      [],
    );
  });
});
