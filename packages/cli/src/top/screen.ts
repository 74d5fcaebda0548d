import { colours } from "../text/colours.js";
import { printable } from "../text/line.js";
import { type Column, formatTable } from "../text/table.js";
import { formatValue } from "../text/value.js";
import type { NodeRow } from "./snapshot.js";

/** By what rows are ordered; the key that chooses it. Numbers are sorted largest first. */
export const SORT_KEYS = { n: "service", c: "cpu", m: "memory", h: "heap", e: "event loop" } as const;
export type SortKey = keyof typeof SORT_KEYS;

/** What the person at the terminal has chosen. */
export interface ScreenState {
  readonly sort: SortKey;
  /** Only rows whose service or node contains this. */
  readonly filter: string;
  /** Whether keys go into the filter now. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
}

/** How a screen begins. */
export const INITIAL_STATE: ScreenState = { sort: "n", filter: "", isTyping: false, isPaused: false };

const COLUMNS: readonly Column[] = [
  { heading: "SERVICE" },
  { heading: "NODE" },
  { heading: "STATUS" },
  { heading: "CPU", align: "right" },
  { heading: "MEMORY", align: "right" },
  { heading: "HEAP", align: "right" },
  { heading: "LOOP DELAY", align: "right" },
  { heading: "SEEN", align: "right" },
];

/** The state after a key; `quit` when the person wants to leave, `interrupt` at Ctrl-C. */
export function press(state: ScreenState, key: string): ScreenState | "quit" | "interrupt" {
  if (key === "\u0003") return "interrupt";
  if (state.isTyping) {
    if (key === "\r" || key === "\n") return { ...state, isTyping: false };
    if (key === "\u001b") return { ...state, isTyping: false, filter: "" };
    if (key === "\u007f" || key === "\b") return { ...state, filter: state.filter.slice(0, -1) };
    return key >= " " ? { ...state, filter: state.filter + key } : state; // no escape sequence, which begins below
  }
  if (key === "q") return "quit";
  if (key === "p" || key === " ") return { ...state, isPaused: !state.isPaused };
  if (key === "/") return { ...state, isTyping: true, filter: "" };
  return Object.hasOwn(SORT_KEYS, key) ? { ...state, sort: key as SortKey } : state;
}

/** The rows a state shows, in its order. */
export function arrange(rows: readonly NodeRow[], { sort, filter }: ScreenState): NodeRow[] {
  const shown = rows.filter(({ service, node }) => service.includes(filter) || node.includes(filter));
  const name = ({ service, node }: NodeRow): string => `${service} ${node}`;
  const size = (row: NodeRow): number =>
    ({ n: 0, c: row.cpu, m: row.memoryBytes, h: row.heapBytes, e: row.eventLoopDelayMs })[sort] ?? -1;
  return shown.sort((a, b) => size(b) - size(a) || name(a).localeCompare(name(b)));
}

/** The table, as lines. */
export function drawTable(rows: readonly NodeRow[], nowMs: number): string[] {
  const [heading = "", ...lines] = formatTable(
    COLUMNS,
    rows.map((row) => [
      colours.bold(printable(row.service)),
      printable(row.node),
      colourOf(row.status)(row.status),
      formatValue(row.cpu, "percent"),
      formatValue(row.memoryBytes, "byte"),
      formatValue(row.heapBytes, "byte"),
      formatValue(row.eventLoopDelayMs, "ms"),
      row.lastSeenMs === null
        ? "–"
        : `${formatValue(Math.max(0, Math.round((nowMs - row.lastSeenMs) / 1000)), "s")} ago`,
    ]),
  );
  return [colours.dim(heading), ...lines];
}

/** What a screen shows besides rows and choices. */
export interface Surroundings {
  /** When the rows were asked for, epoch milliseconds. */
  readonly nowMs: number;
  /** Lines of the terminal. */
  readonly height: number;
  /** Why the rows are old, or nothing. */
  readonly problem: string;
}

/** The whole screen: a line of state, one of keys, the table, and at the bottom what is wrong or left out. */
export function drawScreen(
  rows: readonly NodeRow[],
  state: ScreenState,
  { nowMs, height, problem }: Surroundings,
): string[] {
  const shown = arrange(rows, state);
  const filter = state.isTyping ? `filter: ${state.filter}_` : state.filter === "" ? "" : `filter: ${state.filter}`;
  const mode = [state.isPaused ? colours.yellow("paused") : "", `by ${SORT_KEYS[state.sort]}`, filter].filter(
    (part) => part !== "",
  );
  const head = [
    `${colours.bold("tidegauge top")}  ${mode.join(" · ")}`,
    colours.dim("sort: n c m h e · filter: / · pause: p · quit: q"),
    "",
  ];
  const table = drawTable(shown, nowMs);
  const room = Math.max(0, height - head.length - 1);
  const hidden = table.length - room;
  const bottom = problem !== "" ? colours.red(printable(problem)) : hidden > 0 ? `… ${hidden} more: filter with /` : "";
  return [...head, ...table.slice(0, room), bottom].slice(0, height);
}

function colourOf(status: NodeRow["status"]): (text: string) => string {
  return { reporting: colours.green, waiting: colours.yellow, silent: colours.red }[status];
}
