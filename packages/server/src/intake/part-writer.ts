import type { Metadata } from "@tidegauge/protocol";
import type { DecodedMetricsets } from "@tidegauge/protocol/decode";
import type { ServerMetrics } from "../health/metrics.js";
import { clientAddress } from "../http/client-address.js";
import type { Exchange } from "../http/route.js";
import { type Output, OutputError } from "../output/output.js";

/** A batch id as our agent sends it (W-90); anything else is not believed. */
const BATCH_ID = /^[\x21-\x7e]{1,256}$/;

/** Why an output did not take a part; `status` is what the agent is answered (SRV-26). */
export interface WriteFailure {
  readonly status: number;
  readonly message: string;
}

/** Hands the parts of one intake request to the output, one after the other, and measures how long they take to become durable. */
export class PartWriter {
  /** From `X-Tidegauge-Batch`. Its sender repeats the whole batch until it is taken. */
  readonly batchId: string | undefined;
  readonly #exchange: Exchange;
  readonly #output: Output;
  readonly #metrics: ServerMetrics;
  #parts = 0;

  constructor(exchange: Exchange, output: Output, metrics: ServerMetrics) {
    this.#exchange = exchange;
    this.#output = output;
    this.#metrics = metrics;
    const id = exchange.request.headers["x-tidegauge-batch"];
    this.batchId = typeof id === "string" && BATCH_ID.test(id) ? id : undefined;
  }

  /** Resolves when the part is durable, or to why the output refused it. Rejects with what is a fault of the server. */
  async write(metadata: Metadata, { metricsets, lines }: DecodedMetricsets): Promise<WriteFailure | undefined> {
    const { request, receivedAtMs } = this.#exchange;
    const metrics = this.#metrics;
    const started = performance.now();
    metrics.queuedBatches++;
    metrics.queuedMetricsets += metricsets.length;
    try {
      const written = await this.#output.write({
        batchId: partId(this.batchId, this.#parts++),
        receivedAtMs,
        fromTidegauge: /\btidegauge\b/.test(request.headers["user-agent"] ?? ""),
        clientAddress: clientAddress(request),
        metadata,
        metricsets,
        lines,
      });
      metrics.committed((performance.now() - started) / 1000);
      metrics.accepted("metricset", metricsets.length);
      if (written.repeated) metrics.repeatedBatches++;
      for (const reason in written.refused) metrics.refused(reason, written.refused[reason]);
      return undefined;
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      const message = error.code === "OUTPUT_CLOSED" ? "server is shutting down" : error.message;
      return { status: error.status, message: `cannot handle stream: ${message}` };
    } finally {
      metrics.queuedBatches--;
      metrics.queuedMetricsets -= metricsets.length;
    }
  }
}

/**
 * The id under which a part of a batch is stored once. Parts after the first belong to a sequence of their own, `<ephemeral id>#<part>:<sequence>`, so
 * that the store still sees runs of numbers.
 */
function partId(batchId: string | undefined, part: number): string | undefined {
  if (batchId === undefined || part === 0) return batchId;
  const colon = batchId.lastIndexOf(":");
  return colon < 0 ? `${batchId}#${part}` : `${batchId.slice(0, colon)}#${part}${batchId.slice(colon)}`;
}
