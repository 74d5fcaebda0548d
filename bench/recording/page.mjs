import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

const results = new URL("../results/", import.meta.url);

/** What a page has to say about the machine. */
export const machine = () => ({
  node: process.version,
  cpus: cpus().length,
  model: cpus()[0]?.model,
  date: new Date().toISOString().slice(0, 10),
});

/** Keeps the figures and writes the page from them. */
export function writeResults(name, figures, page) {
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(new URL(`${name}.md`, results), page);
  console.log(page);
}

/** A Markdown table. */
export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/**
 * One goal: a figure of measured.md, reached in itself and as a ratio to the rival of the same run. `rivalThen` is what the rival took when the goal was set.
 */
export function goal(what, unit, ours, rival, figure, rivalThen) {
  const ratio = ours / rival;
  const limit = figure / rivalThen;
  const round = (number) => Number(number.toFixed(3));
  return {
    what,
    unit,
    ours,
    figure,
    figureMet: ours <= figure,
    ratio: round(ratio),
    limit: round(limit),
    ratioMet: ratio <= limit,
  };
}

const mark = (met) => (met ? "met" : "**missed**");

/** Goals as a Markdown table. */
export const goalTable = (goals) =>
  table(
    ["goal", "here", "figure", "", "ratio to prom-client", "limit", ""],
    goals.map((entry) => [
      entry.what,
      `${entry.ours} ${entry.unit}`,
      `≤ ${entry.figure}`,
      mark(entry.figureMet),
      entry.ratio,
      `≤ ${entry.limit}`,
      mark(entry.ratioMet),
    ]),
  );
