import type { Connection } from "../api/connection.js";
import { QueryApi } from "../api/query-api.js";
import { describeFailure, EXIT } from "../failure.js";
import { FullScreen } from "./full-screen.js";
import { drawScreen, INITIAL_STATE, press, type ScreenState } from "./screen.js";
import { type NodeRow, takeSnapshot } from "./snapshot.js";

/** Draws services and nodes in the whole terminal, anew every `intervalMs`, until the person quits. */
export async function watch(connection: Connection, intervalMs: number): Promise<void> {
  const leaving = new AbortController();
  const api = new QueryApi(connection, leaving.signal);
  let rows: NodeRow[] = await takeSnapshot(api); // before the screen is taken, so that a failure stays readable
  let problem = "";
  let state: ScreenState = INITIAL_STATE;
  let drawnMs = Date.now();
  let isAsking = false;
  const screen = new FullScreen();
  const draw = (): void => screen.draw(drawScreen(rows, state, { nowMs: drawnMs, height: screen.height, problem }));
  const refresh = async (): Promise<void> => {
    if (state.isPaused || isAsking) return;
    isAsking = true;
    try {
      rows = await takeSnapshot(api);
      drawnMs = Date.now();
      problem = "";
    } catch (error) {
      problem = describeFailure(error).message; // the server may come back
    }
    isAsking = false;
    draw();
  };
  screen.onResize(draw);
  const timer = setInterval(refresh, intervalMs);
  try {
    draw();
    for await (const key of screen.keys()) {
      const next = press(state, key);
      if (next === "quit") return;
      if (next === "interrupt") {
        process.exitCode = EXIT.interrupted;
        return;
      }
      state = next;
      draw();
    }
  } finally {
    clearInterval(timer);
    screen.close();
    leaving.abort();
  }
}
