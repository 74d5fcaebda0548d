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

/** A text for each failure: file and name of the test, then what was said, without colours. */
export function failures(report) {
  const text = (file, name, messages) => {
    const lines = stripVTControlCharacters(messages.join("\n")).split("\n").slice(0, MESSAGE_LINES);
    return [`failed: ${file}${name && ` > ${name}`}`, ...lines.map((line) => `    ${line}`)].join("\n");
  };
  return [
    ...report.testResults.flatMap((file) =>
      file.assertionResults
        .filter((test) => test.status === "failed")
        .map((test) => text(file.name, test.fullName, test.failureMessages ?? [])),
    ),
    ...broken(report).map((file) => text(file.name, "", [file.message ?? ""])),
  ];
}
