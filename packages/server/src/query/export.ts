import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange } from "../http/route.js";
import { StoreError } from "../store/error.js";
import type { ExportRequest } from "../store/messages.js";
import type { Store } from "../store/store.js";
import { sendSteadily } from "./steady-answer.js";

const CONTENT_TYPES: Readonly<Record<ExportRequest["format"], string>> = {
  parquet: "application/vnd.apache.parquet",
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
};

/** Sends stored samples as files. One at a time is made, so that queries keep a place in the store. */
export class Exporter {
  readonly #store: Store;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Answers with the samples as one file. It is made in a directory that only this user can read, below the system's for temporary files, and
   * removed with the end of the answer, also when the client leaves. Rejects with a `StoreError` before anything is sent.
   */
  async send(exchange: Exchange, request: Omit<ExportRequest, "path">): Promise<void> {
    const { response, signal } = exchange;
    const directory = await mkdtemp(join(tmpdir(), "tidegauge-export-")).catch(() => {
      throw new StoreError("EXPORT_FAILED", "there is no directory for temporary files");
    });
    try {
      const path = join(directory, `tidegauge.${request.format}`);
      await this.#inTurn(() => this.#store.export({ ...request, path }, signal));
      const { size } = await stat(path);
      if (response.destroyed) return;
      response.writeHead(200, {
        "Content-Type": CONTENT_TYPES[request.format],
        "Content-Length": size,
        "Content-Disposition": `attachment; filename="tidegauge.${request.format}"`,
        "Cache-Control": "no-store",
      });
      await sendSteadily(createReadStream(path), response);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(run);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
