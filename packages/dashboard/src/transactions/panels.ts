import type { PanelSpec } from "../panels/spec.js";
import { BY_NODE, splitByNode } from "../panels/split.js";

/** The histogram of transaction durations (breakdown.md BD-60): its count is the number of transactions. */
export const TRANSACTION_DURATION = "transaction.duration.us";

/**
 * What tells transactions apart in that histogram. They are labels of it, stored with `_` for `.`; the dotted spellings
 * name the dimensions that only breakdown metrics have.
 */
export const NAME_LABEL = "transaction_name";
export const TYPE_LABEL = "transaction_type";
export const OUTCOME_LABEL = "event_outcome";

/** The filters that narrow the panels to one transaction. */
export function transactionFilters(name: string | undefined): string[] {
  return name === undefined ? [] : [`${NAME_LABEL}:${name}`];
}

/** Throughput by outcome, or by node, for all transactions or one. */
export function throughputPanel(transaction: string | undefined, eachNode: boolean): PanelSpec {
  return {
    id: "throughput",
    title: "Throughput",
    section: "Custom metrics",
    description: eachNode
      ? "Transactions a second by node."
      : "Transactions a second by outcome. Failures are responses with a status of 500 and above, and errors.",
    stacked: true,
    unit: "/s",
    lines: [
      {
        metric: TRANSACTION_DURATION,
        aggregation: "count",
        label: "transactions",
        ...(eachNode ? BY_NODE : { groupBy: [OUTCOME_LABEL] }),
        filters: transactionFilters(transaction),
        perSecond: true,
        missing: "zero",
      },
    ],
  };
}

/** Percentiles of the duration, or one of each node, for all transactions or one. */
export function latencyPanel(transaction: string | undefined, eachNode: boolean): PanelSpec {
  const percentiles = eachNode ? (["p95"] as const) : (["p50", "p95", "p99"] as const);
  const panel: PanelSpec = {
    id: "latency",
    title: eachNode ? "Latency, p95" : "Latency",
    section: "Custom metrics",
    description: eachNode
      ? "95 of 100 transactions of a node are faster."
      : "Half of the transactions are faster than p50, 95 of 100 faster than p95.",
    lines: percentiles.map((aggregation) => ({
      metric: TRANSACTION_DURATION,
      aggregation,
      label: aggregation,
      filters: transactionFilters(transaction),
    })),
  };
  return eachNode ? splitByNode(panel) : panel;
}
