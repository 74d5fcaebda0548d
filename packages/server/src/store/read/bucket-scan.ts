import type { DuckDBConnection } from "@duckdb/node-api";
import { StoreError } from "../error.js";
import type { StoreFile } from "../files/store-file.js";
import type { BucketsRequest, BucketsResult } from "../messages.js";
import { CountBudget, GroupBuckets } from "./group-buckets.js";
import { scanHistograms } from "./histogram-scan.js";
import { DEFAULT_BUCKETS, MAX_POINTS } from "./limits.js";
import { planScan } from "./scan-plan.js";
import { GroupValues } from "./window.js";

/** Counts in an answer: the usual number of buckets for as many steps as a query may have. */
const MAX_COUNTS = MAX_POINTS * DEFAULT_BUCKETS;

/**
 * The buckets of a histogram over time, joined over all series of the selection (QRY-18). Counts are exact: their sum in a step is what `count`
 * answers there. Rejects with `TOO_MANY_POINTS`, and with `NOT_A_HISTOGRAM` if the metric has other kinds only.
 */
export async function scanBuckets(
  connection: DuckDBConnection,
  files: readonly StoreFile[],
  request: BucketsRequest,
): Promise<BucketsResult> {
  const plan = await planScan(connection, files, request);
  const { selection, window } = plan;
  const kinds = new Set(selection.series.map(({ kind }) => kind));
  if (kinds.size > 0 && ![...kinds].some((kind) => kind.startsWith("histogram"))) {
    throw new StoreError(
      "NOT_A_HISTOGRAM",
      `the metric has no buckets: its kind is ${[...kinds].join(", ")}, not histogram`,
    );
  }
  if (window.steps * request.buckets > MAX_COUNTS) {
    throw new StoreError(
      "TOO_MANY_POINTS",
      `${window.steps} steps of ${request.buckets} buckets; at most ${MAX_COUNTS} counts: use a longer step or fewer buckets`,
    );
  }
  const group = new GroupBuckets(new CountBudget());
  await scanHistograms(connection, plan, "buckets", {
    buckets: () => group,
    values: () => new GroupValues(0),
  });
  const { low, high, bucketOf } = joinNeighbours(group.values(), request.buckets);
  const counts: (Float64Array<ArrayBuffer> | undefined)[] = new Array(window.steps).fill(undefined);
  for (const [step, buckets] of group.steps()) {
    const row = new Float64Array(low.length);
    for (const [value, count] of buckets) {
      const bucket = bucketOf.get(value) as number;
      row[bucket] = (row[bucket] as number) + count;
    }
    counts[step] = row;
  }
  return { stepMs: window.stepMs, firstMs: window.firstMs, unit: selection.unit, low, high, counts };
}

/**
 * At most `limit` buckets out of ascending bucket values: the same number of neighbours is joined everywhere, as few as suffice, from the least
 * on. No count is divided, so every sum stays exact.
 */
function joinNeighbours(
  values: readonly number[],
  limit: number,
): { low: number[]; high: number[]; bucketOf: Map<number, number> } {
  const together = Math.max(1, Math.ceil(values.length / limit));
  const low: number[] = [];
  const high: number[] = [];
  const bucketOf = new Map<number, number>();
  values.forEach((value, index) => {
    const bucket = Math.floor(index / together);
    if (index % together === 0) low.push(value);
    high[bucket] = value;
    bucketOf.set(value, bucket);
  });
  return { low, high, bucketOf };
}
