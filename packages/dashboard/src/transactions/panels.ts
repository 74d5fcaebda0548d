import type { PanelSpec } from "../panels/spec.js";

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

/** Throughput by outcome, for all transactions or one. */
export function throughputPanel(transaction: string | undefined): PanelSpec {
  return {
    id: "throughput",
    title: "Throughput",
    section: "Custom metrics",
    description: "Transactions a second by outcome. Failures are responses with a status of 500 and above, and errors.",
    stacked: true,
    unit: "/s",
    lines: [
      {
        metric: TRANSACTION_DURATION,
        aggregation: "count",
        label: "transactions",
        groupBy: [OUTCOME_LABEL],
        filters: transactionFilters(transaction),
        perSecond: true,
        missing: "zero",
      },
    ],
  };
}

/** Percentiles of the duration, for all transactions or one. */
export function latencyPanel(transaction: string | undefined): PanelSpec {
  return {
    id: "latency",
    title: "Latency",
    section: "Custom metrics",
    description: "Half of the transactions are faster than p50, 95 of 100 faster than p95.",
    lines: (["p50", "p95", "p99"] as const).map((aggregation) => ({
      metric: TRANSACTION_DURATION,
      aggregation,
      label: aggregation,
      filters: transactionFilters(transaction),
    })),
  };
}
