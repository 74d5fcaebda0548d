import { isPastWindow } from "../files/compaction.js";
import { rows } from "../files/engine.js";
import type { Files } from "../files/files.js";
import type { DurableBatches } from "./batch-ids.js";

/** The ids of the batches in the files of the dedup window, read over the writer's connection: nothing may be writing. */
export async function durableBatches(files: Files, nowMs: number): Promise<DurableBatches[]> {
  const batches: DurableBatches[] = [];
  for (const file of files.list) {
    if (isPastWindow(file.day, nowMs)) continue;
    const found = await rows(
      files.engine.writer,
      `SELECT producer, CAST(first AS DOUBLE), CAST(last AS DOUBLE) FROM ${file.alias}.batches WHERE producer IS NOT NULL`,
    );
    const ranges = found.map(([producer, first, last]) => ({
      producer: producer as string,
      first: first as number,
      last: last as number,
    }));
    batches.push({ dayMs: Date.parse(`${file.day}T00:00:00Z`), ranges });
  }
  return batches;
}
