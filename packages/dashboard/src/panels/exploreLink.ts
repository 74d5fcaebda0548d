import { linkTo } from "../route/location.js";
import type { Scope } from "./load.js";
import type { PanelLine, PanelSpec } from "./spec.js";

/** What the explorer is to show of a panel: a line's query, or a histogram's buckets. */
export type ExploreTarget = Pick<PanelLine, "metric" | "groupBy" | "filters" | "perSecond" | "combine"> & {
  aggregation?: PanelLine["aggregation"];
  view?: "heatmap";
};

/** The address of the explorer with the first line of a panel; undefined for one without. */
export function panelLink(
  { lines: [line] }: PanelSpec,
  scope: Omit<Scope, "from" | "to">,
  parameters: URLSearchParams,
): string | undefined {
  return line && exploreLink(line, scope, parameters);
}

/**
 * The address of the explorer with a metric, of two combined ones the first: the same series, of the same nodes and environment, in the same
 * time range. Undefined for the increases of running totals, which the explorer could only show as what they are.
 */
export function exploreLink(
  { metric, aggregation, groupBy, filters, perSecond, combine, view }: ExploreTarget,
  { service, node, environment }: Omit<Scope, "from" | "to">,
  parameters: URLSearchParams,
): string | undefined {
  if (combine?.how === "increases") return undefined;
  return linkTo(["explore"], parameters, {
    service,
    metric,
    aggregation: perSecond && aggregation === "count" ? "rate" : aggregation,
    by: groupBy,
    filter: [
      ...(node === undefined ? [] : [`service.node.name:${node}`]),
      ...(environment === undefined ? [] : [`service.environment:${environment}`]),
      ...(filters ?? []),
    ],
    view,
  });
}
