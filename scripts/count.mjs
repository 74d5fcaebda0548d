// Reads vitest's JSON report, names what failed or had to be tried twice, and ends with the counts as one plain line,
// `N passed, N failed, N skipped`.
import { readFileSync } from "node:fs";
import { counts, failures, secondAttempts } from "./test-report.mjs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const text of [...secondAttempts(report), ...failures(report)]) console.log(text);
const { passed, failed, skipped } = counts(report);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
