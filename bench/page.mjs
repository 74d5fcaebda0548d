// What the benches share: the machine, goals, tables, the result files and the page beside them.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

const results = new URL("results/", import.meta.url);

/** Where and when a run was made, for its result file. Called at its beginning, so that `load` is what others did. */
export const machine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  load: loadavg().map((value) => Number(value.toFixed(1))),
});

/** The machine in one sentence. */
export const machineText = ({ date, node, cpu, cores, load }) =>
  `on ${date.slice(0, 16).replace("T", " ")} UTC: Node ${node}, ${cores} × ${cpu}, load average ${load.join(" / ")} at the start`;

/** Keeps what was found; `page` is the Markdown beside it, where there is one. */
export function writeResults(name, found, page) {
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(found, null, 2)}\n`);
  if (page !== undefined) writeFileSync(new URL(`${name}.md`, results), page);
  console.log(page ?? JSON.stringify(found, null, 2));
}

/** A Markdown table. */
export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/**
 * One goal: a figure that must not be exceeded, and, where there is a rival, the ratio to what it takes in the same run. `rivalThen` is what the rival took when the
 * goal was set; `reason` is kept where the goal is missed.
 */
export function goal({ goal, unit, ours, limit, rival, rivalName, rivalThen, reason }) {
  const met = ours <= limit;
  const found = { goal, unit, ours, limit, met };
  if (rival !== undefined) Object.assign(found, { rival, rivalName, ratio: round(ours / rival) });
  if (rivalThen !== undefined) {
    found.ratioLimit = round(limit / rivalThen);
    found.ratioMet = found.ratio <= found.ratioLimit;
  }
  if (reason !== undefined && !(met && found.ratioMet !== false)) found.reason = reason;
  return found;
}

const round = (number) => Number(number.toFixed(3));
export const mark = (met) => (met === undefined ? "" : met ? "met" : "**missed**");

/** Goals as a Markdown table, and the reasons of those that are missed. */
export const goalTable = (goals) =>
  [
    table(
      ["goal", "here", "at most", "", "rival", "ratio", "at most", ""],
      goals.map((one) => [
        one.goal,
        `${one.ours} ${one.unit}`,
        `${one.limit}`,
        mark(one.met),
        one.rival === undefined ? "" : `${one.rivalName} ${one.rival}`,
        one.ratio ?? "",
        one.ratioLimit ?? "",
        mark(one.ratioMet),
      ]),
    ),
    ...goals.filter(({ reason }) => reason !== undefined).map(({ goal, reason }) => `- ${goal}: ${reason}.`),
  ]
    .join("\n")
    .replace("|\n- ", "|\n\n- ");
