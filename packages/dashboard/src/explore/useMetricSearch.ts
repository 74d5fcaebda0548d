import type { MetricSummary } from "@tidegauge/protocol/query";
import { useState } from "preact/hooks";
import { type Sorting, sortRows } from "../table/sorting.js";

/** The orders metrics can be listed in, by what they are called. */
export const ORDERS = {
  name: { words: "by name", sorting: { key: "name", descending: false } },
  series: { words: "most series first", sorting: { key: "series", descending: true } },
  lastSeen: { words: "last seen first", sorting: { key: "lastSeen", descending: true } },
} as const satisfies Record<string, { words: string; sorting: Sorting<"name" | "series" | "lastSeen"> }>;
/** A name of one of {@link ORDERS}. */
export type Order = keyof typeof ORDERS;

/** What was typed and chosen above the list of metrics, and the metrics that leaves. */
export interface MetricSearch {
  text: string;
  order: Order;
  found: readonly MetricSummary[];
  setText(text: string): void;
  setOrder(order: Order): void;
}

/** Finds metrics by a part of their name or of a label's name. */
export function useMetricSearch(metrics: readonly MetricSummary[]): MetricSearch {
  const [text, setText] = useState("");
  const [order, setOrder] = useState<Order>("name");
  const needle = text.toLowerCase();
  const matching = metrics.filter(({ name, labels }) =>
    [name, ...labels].some((part) => part.toLowerCase().includes(needle)),
  );
  const found = sortRows(matching, ORDERS[order].sorting, (metric, key) => metric[key]);
  return { text, order, found, setText, setOrder };
}
