import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metadata, Metricset } from "@tidegauge/protocol";
import type { Batch } from "../output/output.js";
import type { ScanRequest } from "./messages.js";

/** A batch for tests: one metricset a time, of one service and process. */
export function batchOf(
  metricsets: readonly Metricset[],
  options: {
    batchId?: string;
    fromTidegauge?: boolean;
    process?: string;
    metadata?: Metadata;
    receivedAtMs?: number;
  } = {},
): Batch {
  const { batchId, fromTidegauge = true, process = "p1", receivedAtMs = Date.now() } = options;
  return {
    batchId,
    receivedAtMs,
    fromTidegauge,
    clientAddress: undefined,
    metadata: options.metadata ?? {
      service: {
        name: "shop",
        environment: "prod",
        agent: { name: fromTidegauge ? "nodejs" : "python", version: "1.2.3", ephemeral_id: process },
        node: { configured_name: "n1" },
      },
      system: { detected_hostname: "h1" },
    },
    metricsets,
    lines: metricsets.map((_, index) => index + 1),
  };
}

/** A metricset at a time in epoch milliseconds. */
export function metricsetAt(
  timeMs: number,
  samples: Metricset["samples"],
  tags?: NonNullable<Metricset["tags"]>,
): Metricset {
  return { timestamp: timeMs * 1000, samples, ...(tags ? { tags } : {}) };
}

/** A query for tests; everything that is left out is neutral. */
export function scanOf(request: Partial<ScanRequest> & Pick<ScanRequest, "metric" | "fromMs" | "toMs">): ScanRequest {
  return {
    service: undefined,
    environment: undefined,
    node: undefined,
    filters: [],
    groupBy: [],
    stepMs: 60_000,
    aggregation: "avg",
    limit: undefined,
    ...request,
  };
}

/** A directory that is removed by `remove`. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "tidegauge-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
