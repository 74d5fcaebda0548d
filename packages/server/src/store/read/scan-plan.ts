import type { DuckDBConnection } from "@duckdb/node-api";
import type { StoreFile } from "../files/store-file.js";
import type { ScanRequest } from "../messages.js";
import { LOOKBACK_MS } from "./previous.js";
import { type FileSelection, Selection } from "./selection.js";
import { automaticStep } from "./step.js";
import { type Window, windowOf } from "./window.js";

/** Which series a query reads, where they lie, and in which steps. */
export interface ScanPlan {
  readonly selection: Selection;
  /** What the files that touch the window hold of the selection. */
  readonly inWindow: readonly FileSelection[];
  /** As `inWindow`, with the files that touch the time just before it. */
  readonly near: readonly FileSelection[];
  readonly nearFiles: readonly StoreFile[];
  /** All files before `nearFiles`. */
  readonly earlier: readonly StoreFile[];
  readonly window: Window;
}

/**
 * Finds the series a query selects and the steps of its answer. `files` are all files with events before the window's end. Rejects with
 * `TOO_MANY_POINTS`.
 */
export async function planScan(
  connection: DuckDBConnection,
  files: readonly StoreFile[],
  request: ScanRequest,
): Promise<ScanPlan> {
  const touching = files.filter((file) => (file.maxMs ?? 0) >= request.fromMs);
  const nearFiles = files.filter((file) => (file.maxMs ?? 0) >= request.fromMs - LOOKBACK_MS);
  const earlier = files.filter((file) => !nearFiles.includes(file));
  const selection = new Selection(request);
  const inWindow = await selection.find(connection, touching);
  const before = nearFiles.filter((file) => !touching.includes(file));
  const near = [...inWindow, ...(await selection.find(connection, before, true))];
  const stepMs = request.stepMs || (await automaticStep(connection, inWindow, request));
  const window = windowOf(request.fromMs, request.toMs, stepMs);
  return { selection, inWindow, near, nearFiles, earlier, window };
}
