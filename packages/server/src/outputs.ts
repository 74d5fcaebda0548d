import { join } from "node:path";
import { ElasticsearchOutput } from "./elasticsearch/index.js";
import type { Logger } from "./health/log.js";
import { COMPATIBLE_VERSION } from "./http/root.js";
import { type ParsedOptions, ServerError } from "./options.js";
import { FanOut } from "./output/fan-out.js";
import type { Output } from "./output/output.js";
import { openStore, type Store } from "./store/index.js";

/** The outputs of a server as one, and the store among them, which queries read. */
export interface Outputs {
  readonly output: Output;
  readonly store: Store | undefined;
}

/** Opens what `--output` names. Rejects with a `ServerError` or a `StoreError`; then nothing is left open. */
export async function openOutputs(options: ParsedOptions, logger: Logger): Promise<Outputs> {
  const log = (level: "debug" | "info" | "warn" | "error", message: string): void => logger[level]({}, message);
  const elasticsearch = options.output.includes("elasticsearch") ? openElasticsearch(options, log) : undefined;
  try {
    const store = options.output.includes("store")
      ? await openStore({
          dataDir: options.dataDir,
          retentionMs: options.retention,
          maxSizeBytes: options.maxSize,
          logger: { log },
        })
      : undefined;
    await elasticsearch?.start();
    // Elasticsearch first: its ids meet a repeat even when the sender gave none.
    const outputs = [elasticsearch, store].filter((output) => output !== undefined);
    return { output: outputs.length === 1 ? (outputs[0] as Output) : new FanOut(outputs), store };
  } catch (error) {
    await elasticsearch?.close();
    throw error;
  }
}

function openElasticsearch(
  options: ParsedOptions,
  log: (level: "info" | "warn" | "error", message: string) => void,
): ElasticsearchOutput {
  try {
    return new ElasticsearchOutput({
      urls: options.elasticsearchUrl,
      apiKey: options.elasticsearchApiKey,
      caFile: options.elasticsearchCaCert,
      directory: join(options.dataDir, "elasticsearch"),
      queueBytes: options.elasticsearchQueueSize,
      namespace: options.dataStreamNamespace,
      observerVersion: COMPATIBLE_VERSION,
      log,
    });
  } catch (error) {
    throw new ServerError("OUTPUT_UNUSABLE", `the elasticsearch output cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
