import { existsSync, readFileSync, rmSync } from "node:fs";
import { createLogger } from "./health/log.js";
import { type ParsedOptions, parseOptions, ServerError, type ServerOptions } from "./options.js";
import { openOutputs } from "./outputs.js";
import { createNoStoreRoutes, createQueryRoutes } from "./query/index.js";
import { Receiver } from "./receiver.js";

/** A server that listens. */
export interface RunningServer {
  /** `http://host:port`, or `https://…`. */
  readonly url: string;
  /** Refuses new requests, finishes what was accepted, closes the store. Idempotent; never rejects. */
  close(): Promise<void>;
}

/**
 * Starts the receiver with its store, query API and page. Rejects with a `ServerError`, a `ConfigFileError` or a `StoreError`; then nothing is left
 * running, nor a data directory that was not there before.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const parsed = parseOptions(options);
  const tls = readTls(parsed);
  const logger = createLogger(parsed.logLevel);
  const isNew = !existsSync(parsed.dataDir);
  const { output, store } = await openOutputs(parsed, logger);
  let receiver: Receiver | undefined;
  const closeAll = async (): Promise<void> => {
    try {
      await receiver?.drain();
      await output.close();
      await receiver?.close();
      logger.info({}, "tidegauge has stopped");
    } catch (error) {
      logger.error({ err: error }, "stopping the server failed");
    }
  };
  let url: string;
  try {
    receiver = new Receiver({
      options: parsed,
      tls,
      output,
      logger,
      routes: (agents) =>
        store === undefined ? createNoStoreRoutes() : createQueryRoutes({ store, sightings: () => agents.sightings() }),
    });
    url = await receiver.start();
  } catch (error) {
    await closeAll();
    // Nobody could send anything yet.
    if (isNew) rmSync(parsed.dataDir, { recursive: true, force: true });
    throw error;
  }
  logger.info({ "url.full": url }, "tidegauge is listening");
  let closing: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}

function readTls({ tlsCert, tlsKey }: ParsedOptions): { cert: Buffer; key: Buffer } | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new ServerError("TLS_UNREADABLE", `cannot read ${path}: ${(error as Error).message}`, { cause: error });
    }
  };
  return { cert: read(tlsCert), key: read(tlsKey) };
}
