import type { OutputMetric } from "../output/output.js";

/** What the figures of the output are made of. */
export interface OutputState {
  readonly queueBytes: number;
  readonly heldBytes: number;
  readonly isAvailable: boolean;
  readonly deadCount: number;
}

/** The output's part of `GET /metrics`. */
export function figuresOf({ queueBytes, heldBytes, isAvailable, deadCount }: OutputState): readonly OutputMetric[] {
  return [
    {
      name: "tidegauge_elasticsearch_queue_bytes",
      type: "gauge",
      help: "Documents that wait on disk until a search node takes them.",
      values: [["", queueBytes]],
    },
    {
      name: "tidegauge_elasticsearch_available",
      type: "gauge",
      help: "1 while the search nodes take documents.",
      values: [["", isAvailable ? 1 : 0]],
    },
    {
      name: "tidegauge_elasticsearch_dead_letters_total",
      type: "counter",
      help: "Documents that no search node will ever take, kept in dead-letters.ndjson.",
      values: [["", deadCount]],
    },
    {
      name: "tidegauge_elasticsearch_held_bytes",
      type: "gauge",
      help: "The part of the disk queue that the search nodes refuse for now while they answer for others.",
      values: [["", heldBytes]],
    },
  ];
}
