import type { Command } from "commander";
import { addConnectionOptions, type Connection } from "./api/connection.js";
import { QueryApi } from "./api/query-api.js";
import { describeError } from "./failure.js";
import { parseDurationMs } from "./text/time.js";
import { arrange, drawScreen, drawTable, INITIAL_STATE, press, type ScreenState } from "./top/screen.js";
import { type NodeRow, takeSnapshot } from "./top/snapshot.js";

interface TopFlags extends Connection {
  readonly interval: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const ENTER_SCREEN = "\u001b[?1049h\u001b[?25l";
const LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE_END = "\u001b[K";
const CLEAR_SCREEN_END = "\u001b[J";

/** Adds `tidegauge top`: services and nodes live on a terminal, one snapshot elsewhere. */
export function topCommand(program: Command): void {
  const command = program
    .command("top")
    .description("Watch services and their nodes: processor, memory, heap, event loop.")
    .option("--interval <duration>", "how often it is drawn anew", "2s")
    .option("--once", "one snapshot, as when the output is no terminal")
    .option("--json", "one snapshot as JSON");
  addConnectionOptions(command)
    .addHelpText(
      "after",
      `
Keys: n c m h e sort by name, processor, memory, heap, event loop · / filter · p pause · q quit

Examples:
  $ tidegauge top
  $ tidegauge top --json | jq '.[].cpu'`,
    )
    .action(top);
}

async function top(flags: TopFlags): Promise<void> {
  const api = new QueryApi(flags);
  const intervalMs = parseDurationMs(flags.interval);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(await takeSnapshot(api))}\n`);
  } else if (flags.once || !process.stdout.isTTY || !process.stdin.isTTY) {
    const rows = arrange(await takeSnapshot(api), INITIAL_STATE);
    process.stdout.write(`${drawTable(rows, Date.now()).join("\n")}\n`);
  } else {
    await watch(api, intervalMs);
  }
}

/** Draws until the person quits. The terminal is left as it was found, also after an error. */
async function watch(api: QueryApi, intervalMs: number): Promise<void> {
  let rows: NodeRow[] = await takeSnapshot(api); // before the screen is taken, so that a failure stays readable
  let problem = "";
  let state: ScreenState = INITIAL_STATE;
  let drawnMs = Date.now();
  const draw = (): void => {
    const lines = drawScreen(rows, state, drawnMs, process.stdout.rows - 1);
    process.stdout.write(
      `${HOME}${[...lines, problem].map((line) => line + CLEAR_LINE_END).join("\r\n")}${CLEAR_SCREEN_END}`,
    );
  };
  const refresh = async (): Promise<void> => {
    if (state.isPaused) return;
    try {
      rows = await takeSnapshot(api);
      drawnMs = Date.now();
      problem = "";
    } catch (error) {
      problem = describeError(error); // the server may come back
    }
    draw();
  };
  process.stdout.write(ENTER_SCREEN);
  process.stdin.setRawMode(true).setEncoding("utf8").resume();
  process.stdout.on("resize", draw);
  let refreshing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    refreshing = refreshing.then(refresh);
  }, intervalMs);
  try {
    draw();
    for await (const chunk of process.stdin) {
      for (const key of String(chunk)) {
        const next = press(state, key);
        if (next === "quit") return;
        state = next;
      }
      draw();
    }
  } finally {
    clearInterval(timer);
    await refreshing;
    process.stdout.off("resize", draw);
    process.stdin.setRawMode(false).pause();
    process.stdout.write(LEAVE_SCREEN);
  }
}
