import type { QueryResponse } from "@tidegauge/protocol/query";
import { StoreError } from "../store/error.js";
import type { ScanResult } from "../store/messages.js";

/** Points that become text in one go: about 10 ms. */
const SLICE_POINTS = 20_000;

/**
 * The JSON of an answer to `/api/v1/query`, in pieces. The largest one has eleven million points: as objects they would take 2 GB, and hold up the intake
 * for seconds. So each series becomes text by itself, and others get their turn in between. Rejects with `CANCELLED` when `signal` is aborted: a part
 * of the series must not look like the whole.
 */
export async function queryText(
  envelope: Omit<QueryResponse, "series">,
  { firstMs, stepMs, series }: ScanResult,
  signal: AbortSignal,
): Promise<Buffer[]> {
  const pieces = [Buffer.from(`${JSON.stringify(envelope).slice(0, -1)},"series":[`)];
  let points = 0;
  for (const [index, { labels, values }] of series.entries()) {
    const start = `${index === 0 ? "" : ","}{"labels":${JSON.stringify(labels)},"points":[`;
    pieces.push(Buffer.from(`${start}${pointsText(values, firstMs, stepMs)}]}`));
    points += values.length;
    if (points < SLICE_POINTS) continue;
    points = 0;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new StoreError("CANCELLED", "cancelled");
  }
  pieces.push(Buffer.from("]}"));
  return pieces;
}

/** `[time,value],…`; null where there is no data. */
function pointsText(values: Float64Array, firstMs: number, stepMs: number): string {
  let text = "";
  for (let step = 0; step < values.length; step++) {
    const value = values[step] as number;
    text += `${step === 0 ? "" : ","}[${firstMs + step * stepMs},${Number.isFinite(value) ? value : "null"}]`;
  }
  return text;
}
