import type { Aggregation } from "@tidegauge/protocol/query";
import type { SeriesStyle } from "../charts/data.js";

/** One query of a panel; grouped, it gives one line a group. */
export interface PanelLine {
  metric: string;
  aggregation: Aggregation;
  /** Name in the legend; a grouped line is named by its group. */
  label: string;
  style?: SeriesStyle;
  startsHidden?: boolean;
  groupBy?: readonly string[];
  filters?: readonly string[];
  /** The largest groups kept; the rest becomes one line. */
  limit?: number;
  /** A group's name comes after the line's own, where several lines are grouped alike. */
  prefixed?: boolean;
  /**
   * What is done with a second query: `minus` subtracts it, `over` divides by it; `increases` divides what both have
   * grown by since the value before on each node, for running totals that are sent as gauges.
   */
  combine?: { how: "minus" | "over" | "increases"; metric: string; aggregation: Aggregation };
  /** Divides by the step's seconds, for sums that should not depend on the step. */
  perSecond?: boolean;
  /**
   * What a step without a value means: a resetting counter or histogram sends nothing when nothing happened, so its
   * sums are zero there; without this it is a gap.
   */
  missing?: "zero";
  /** Multiplies each value, to get into the panel's unit. */
  scale?: number;
}

/** The sections of a service's page, in their order. */
export const SECTIONS = [
  "CPU and memory",
  "Node.js runtime",
  "Runtime",
  "Custom metrics",
  "Prometheus",
  "Agent",
] as const;
/** The name of a section of a service's page. */
/** One of them. */
export type Section = (typeof SECTIONS)[number];

/** Where each section's metrics come from, for its head. */
export const SECTION_SOURCES: Readonly<Record<Section, string>> = {
  "CPU and memory": "the machine, the process and its container",
  "Node.js runtime": "event loop, heap and garbage collection",
  Runtime: "memory, threads and garbage collection of the language",
  "Custom metrics": "what the application counts itself",
  Prometheus: "bridged from the application’s Prometheus client",
  Agent: "the agent about itself",
};

/** What a panel shows and how. */
export interface PanelSpec {
  /** Stable: part of the test hook `panel-<id>` and of the list's keys. */
  id: string;
  title: string;
  section: Section;
  /** One sentence for those who meet the metric for the first time. */
  description?: string;
  stacked?: boolean;
  /** Replaces the unit of the answer, where the panel computes something else from it. */
  unit?: string;
  /** Said instead of the usual words when there is no data: for some panels that is good news. */
  emptyText?: string;
  lines: readonly PanelLine[];
}
