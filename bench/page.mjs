// What the benches share: the machine, tables, the result files and the page beside them. Goals are in goals.json, judged by docs/generate-performance.mjs.
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
