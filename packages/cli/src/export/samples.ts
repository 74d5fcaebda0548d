import { createReadStream, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Connection } from "../api/connection.js";
import { QueryApi } from "../api/query-api.js";
import { UsageError } from "../failure.js";
import { Progress } from "../text/progress.js";
import { parseTimeMs } from "../text/time.js";
import { formatValue } from "../text/value.js";
import { checkKnown } from "./known-service.js";
import { guardFile, interruptible, withScratch, writeOutput } from "./output.js";

/** How samples are written. */
export type SampleFormat = "parquet" | "ndjson" | "csv";

/** Which samples are exported, from where and to where. */
export interface SampleFlags extends Connection {
  /** The directory of a store that no server has open; without it the server is asked. */
  readonly dataDir?: string;
  readonly service?: string;
  readonly metric: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly format: SampleFormat;
  readonly output?: string;
}

/** Writes every stored sample, a row each. */
export async function exportSamples(flags: SampleFlags): Promise<void> {
  const { dataDir, format, output } = flags;
  if (flags.step !== undefined) throw new UsageError("--step has no meaning where every sample is exported");
  if (flags.metric.length > 1) throw new UsageError("give one --metric with --raw, or none for all");
  if (format === "parquet" && output === undefined && process.stdout.isTTY) {
    throw new UsageError("parquet is no text for a terminal; name a file with --output");
  }
  if (dataDir !== undefined) return exportStore(dataDir, flags);
  const { service, metric: [metric] = [], from, to } = flags;
  const progress = new Progress();
  progress.show("waiting for the server");
  try {
    const api = new QueryApi(flags);
    if (service !== undefined) await checkKnown(api, service);
    const samples = await api.export({ format, service, metric, from, to });
    await writeOutput(counted(samples, progress), output);
  } finally {
    progress.clear();
  }
}

/** Passes bytes on and says how many. */
async function* counted(samples: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of samples) {
    bytes += chunk.length;
    progress.show(`${formatValue(bytes, "byte")} exported`);
    yield chunk;
  }
}

/** Opens the store of a stopped server for as long as the export takes. Nothing is dropped by age or size meanwhile. */
async function exportStore(dataDir: string, flags: SampleFlags): Promise<void> {
  const { service, metric: [metric] = [], from, to, format, output } = flags;
  const nowMs = Date.now();
  const [fromMs, toMs] = [from, to].map((time) => (time === undefined ? undefined : parseTimeMs(time, nowMs)));
  if (!existsSync(join(dataDir, "manifest.json"))) throw new UsageError(`${dataDir} holds no store`);
  // Loaded here, since the other commands start faster without the store's engine.
  const { openStore } = await import("@tidegauge/server");
  const logger = {
    log(level: string, message: string): void {
      if (level !== "info") process.stderr.write(`${level}: ${message}\n`);
    },
  };
  const progress = new Progress();
  progress.show(`reading ${dataDir}`);
  const store = await openStore({ dataDir, retentionMs: 0, maxSizeBytes: 0, maintenanceMs: 0, logger });
  const request = { format, service, metric, fromMs, toMs };
  const write = (path: string): Promise<unknown> => store.export({ ...request, path });
  try {
    // The engine must have stopped before the process ends, or it ends it with an error of its own.
    await interruptible(
      () => store.close(),
      async () => {
        if (output !== undefined) return guardFile(output, async () => void (await write(resolve(output))));
        // The engine writes files, no streams.
        await withScratch(async (directory) => {
          const path = join(directory, "export");
          await write(path);
          await writeOutput(createReadStream(path), undefined);
        });
      },
    );
  } finally {
    progress.clear();
    await store.close();
  }
}
