#!/usr/bin/env node
// Writes docs/performance.md from bench/goals.json and what the benchmarks left in bench/results. A goal is a figure and,
// where a rival is measured in the same run, the ratio to it that the figure meant when the goal was set.
// `--check` writes nothing and fails if the page is not what it would write.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BENCH = new URL("../bench/", import.meta.url);
const PAGE = new URL("performance.md", import.meta.url);

const NO_REASON = "no reason is given.";

/** Something cannot cost less than nothing: the difference of two measurements was smaller than their error. */
const IN_THE_NOISE = "the difference was lost in the noise of a busy machine";

const read = (url) => (existsSync(url) ? JSON.parse(readFileSync(url, "utf8")) : undefined);

/** The value at a path of keys; an object stands for the element that has these fields. */
function at(value, path) {
  for (const step of path ?? [undefined]) {
    if (typeof step === "object") {
      const matches = (element) => Object.entries(step).every(([key, wanted]) => element[key] === wanted);
      value = value?.find?.(matches);
    } else value = value?.[step];
  }
  return typeof value === "number" ? value : undefined;
}

/** Why a goal is not met, where the benchmark that knows says it with its results. */
function reasonIn({ goals }, { goal, unit }) {
  if (!Array.isArray(goals)) return undefined;
  return goals.find((entry) => entry.goal === goal && entry.unit === unit)?.reason;
}

/**
 * One goal with what was measured.
 *
 * @param {object} goal of bench/goals.json
 * @param {object | undefined} results the file of its benchmark
 */
export function judge(goal, results) {
  const own = at(results, goal.ours);
  const rival = goal.rival?.recorded ?? at(results, goal.rival?.at);
  if (own === undefined) return { ...goal, state: "not measured", reason: undefined };
  if (own < 0) return { ...goal, own, state: "not measured", reason: IN_THE_NOISE };
  const holds = (value, limit) => (goal.atLeast ? value >= limit : value <= limit);
  const ratio = rival === undefined || rival === 0 ? undefined : own / rival;
  const ratioLimit = goal.rival?.whenSet === undefined ? undefined : goal.limit / goal.rival.whenSet;
  const isFigureMet = holds(own, goal.limit);
  const isRatioMet = ratio === undefined || ratioLimit === undefined || holds(ratio, ratioLimit);
  const state = isFigureMet ? (isRatioMet ? "met" : "figure only") : isRatioMet && ratioLimit ? "ratio only" : "missed";
  return { ...goal, own, rivalNow: rival, ratio, ratioLimit, state, reason: reasonIn(results, goal) ?? goal.reason };
}

const number = (value) =>
  value === undefined ? "–" : Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 3 });
const withUnit = (value, unit) =>
  value === undefined ? "–" : `${number(value)}${unit === "number" ? "" : `\u00a0${unit}`}`;
const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

function goalTable(judged) {
  return table(
    ["goal", "limit", "here", "rival", "ratio", "ratio of the goal", ""],
    judged.map((goal) => {
      const bound = goal.atLeast ? "≥\u00a0" : "≤\u00a0";
      const rival = goal.rivalNow === undefined ? "–" : `${withUnit(goal.rivalNow, goal.unit)} (${goal.rival.name})`;
      return [
        goal.goal,
        `${bound}${withUnit(goal.limit, goal.unit)}`,
        withUnit(goal.own, goal.unit),
        goal.rival?.note === undefined ? rival : rival.replace(/\)$/, `, ${goal.rival.note})`),
        number(goal.ratio),
        goal.ratioLimit === undefined ? "–" : `${bound}${number(goal.ratioLimit)}`,
        goal.state === "met" ? "met" : `**${goal.state}**`,
      ];
    }),
  );
}

/** Where and when a benchmark ran, however its file says so. */
function circumstances(results) {
  if (results === undefined) return undefined;
  const machine = results.machine ?? results;
  const date = (results.date ?? results.at ?? machine.date ?? "").slice(0, 10);
  const cores = machine.cores ?? machine.cpus;
  return {
    date,
    node: machine.node ?? "–",
    machine: `${cores} × ${machine.cpu ?? machine.model ?? "processor not recorded"}`,
    load: Array.isArray(results.load) ? results.load.map((value) => value.toFixed(1)).join(", ") : "not recorded",
  };
}

/** The page. @returns {string} */
export function performancePage(parts, resultsOf) {
  const judged = parts.map((part) => {
    const results = resultsOf(part.file);
    return { ...part, results, goals: part.goals.map((goal) => judge(goal, results)) };
  });
  const all = judged.flatMap(({ goals }) => goals);
  const count = (state) => all.filter((goal) => goal.state === state).length;
  const open = judged.map((part) => ({ ...part, goals: part.goals.filter(({ state }) => state !== "met") }));
  return `# Performance

<!-- Written by docs/generate-performance.mjs from bench/goals.json and bench/results: change those. -->

What it costs, against what else there is, measured in the same run on the same machine where nothing else is said. A goal is a figure; where the rival was measured with it, the goal is also the ratio the figure
had to the rival when the goal was set, since machines differ and ratios travel. Figures are CPU time unless they say otherwise, the least of several rounds: wall time on a busy machine
says more about the machine.

**${count("met")} of ${all.length} goals are met**, ${count("figure only")} in the figure only, ${count("ratio only")} in the ratio only, ${count("missed")} missed, ${count("not measured")} not measured. [Why those are not met](#not-met) is below the tables.

${judged.map((part) => `## ${part.title}\n\n${part.what}\n\n${goalTable(part.goals)}\n`).join("\n")}
## Not met

${open
  .filter(({ goals }) => goals.length > 0)
  .map((part) => `**${part.title}**\n\n${part.goals.map(reasonLine).join("\n")}\n`)
  .join("\n")}
## Where and when

Load is the machine's load average over 1, 5 and 15 minutes: above the number of cores, other work shared them.

${table(
  ["", "date", "Node.js", "machine", "load", "again with"],
  judged.map((part) => {
    const where = circumstances(part.results);
    if (where === undefined) return [part.title, "–", "–", "–", "–", `\`${part.run}\``];
    return [part.title, where.date, where.node, where.machine, where.load, `\`${part.run}\``];
  }),
)}

The results as JSON are in [bench/results](../bench/results); after a run, \`node docs/generate-performance.mjs\` writes this page anew.
`;
}

function reasonLine(judged) {
  const { goal, unit, state, own, limit, atLeast, reason } = judged;
  if (state === "not measured") return `- ${goal} (${unit}): not measured${reason === undefined ? "" : `, ${reason}`}.`;
  const figure = `${withUnit(own, unit)}, ${atLeast ? "≥" : "≤"} ${withUnit(limit, unit)}`;
  const reasons = [reason, state === "figure only" ? whatTheRivalTook(judged) : undefined].filter(Boolean);
  return `- ${goal} (${figure}; ${state}): ${reasons.length === 0 ? NO_REASON : reasons.join(" ")}`;
}

/** Why the ratio is missed although the figure is met. */
function whatTheRivalTook({ rival, rivalNow, unit }) {
  return `${rival.name} took ${withUnit(rivalNow, unit)} in this run, and ${withUnit(rival.whenSet, unit)} when the goal was set.`;
}

function main(args) {
  const page = performancePage(read(new URL("goals.json", BENCH)), (file) =>
    read(new URL(`results/${file}.json`, BENCH)),
  );
  if (!args.includes("--check")) writeFileSync(PAGE, page);
  else if (page.includes(NO_REASON)) {
    console.log("docs/performance.md: a goal that is not met has no reason; give it one in bench/goals.json");
    return 1;
  } else if (readFileSync(PAGE, "utf8") !== page) {
    console.log("docs/performance.md is not up to date: node docs/generate-performance.mjs");
    return 1;
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
