// What vitest's JSON report says, in the words the suites need: counts, and what failed.
import { stripVTControlCharacters } from "node:util";

/** Lines of one failure's message that are shown: the difference stands in the first, the stack in the others. */
const MESSAGE_LINES = 40;

/** Files that fail without a failed test, as one that cannot be loaded. */
const broken = (report) =>
  report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );

/** `{ passed, failed, skipped }` of a report; a broken file is one failure. */
export function counts(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken(report).length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** What happened, file and name of the test, then what was said, without colours. */
function text(happened, file, name, messages) {
  const lines = stripVTControlCharacters(messages.join("\n")).split("\n").slice(0, MESSAGE_LINES);
  return [`${happened}: ${file}${name && ` > ${name}`}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

/** A text for each test of this status that said something. */
const told = (report, status, happened) =>
  report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === status)
      .map((test) => [file.name, test.fullName, test.failureMessages ?? []])
      .filter(([, , messages]) => status === "failed" || messages.length > 0)
      .map((test) => text(happened, ...test)),
  );

/** A text for each failure. */
export function failures(report) {
  const files = broken(report).map((file) => text("failed", file.name, "", [file.message ?? ""]));
  return [...told(report, "failed", "failed"), ...files];
}

/** A text for each test that failed, was tried again, and passed then. */
export const secondAttempts = (report) => told(report, "passed", "second attempt");
