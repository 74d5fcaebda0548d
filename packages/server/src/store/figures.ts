import type { OutputMetric } from "../output/output.js";
import type { StoreSummary } from "./messages.js";

/** The figures of the store for `GET /metrics`; `restarts`: how often its thread was started again. */
export function storeFigures(summary: StoreSummary, restarts: number): OutputMetric[] {
  const states = ["open", "closed", "sorted"] as const;
  const filesIn = (state: string): number => summary.files.filter((file) => file.state === state).length;
  const gauge = (name: string, help: string, value: number): OutputMetric => {
    return { name, type: "gauge", help, values: [["", value]] };
  };
  return [
    gauge("tidegauge_store_size_bytes", "Size of all files of the store.", summary.sizeBytes),
    gauge(
      "tidegauge_store_max_size_bytes",
      "Size above which the oldest files are dropped; 0: no limit.",
      summary.maxSizeBytes,
    ),
    gauge("tidegauge_store_retention_seconds", "Age at which files are dropped; 0: never.", summary.retentionMs / 1000),
    gauge("tidegauge_store_points", "Samples stored.", summary.points),
    {
      name: "tidegauge_store_files",
      type: "gauge",
      help: "Files of the store, by state.",
      values: states.map((state) => [`state="${state}"`, filesIn(state)]),
    },
    gauge(
      "tidegauge_store_quarantined_files",
      "Files that could not be read and were set aside.",
      summary.quarantined.length,
    ),
    gauge("tidegauge_store_waiting_queries", "Queries that wait for their turn.", summary.waitingQueries),
    {
      name: "tidegauge_store_compactions_total",
      type: "counter",
      help: "Files rewritten in sorted order.",
      values: [["", summary.compactions]],
    },
    {
      name: "tidegauge_store_dropped_files_total",
      type: "counter",
      help: "Files dropped by retention.",
      values: [["", summary.dropped]],
    },
    {
      name: "tidegauge_store_restarts_total",
      type: "counter",
      help: "How often the store's thread ended by itself and was started again.",
      values: [["", restarts]],
    },
  ];
}
