import { linkTo } from "../route/location.js";
import type { Scope } from "./load.js";
import type { PanelLine } from "./spec.js";

/** What the explorer is to show of a panel: a line's query, or a histogram's buckets. */
export type ExploreTarget = Pick<PanelLine, "metric" | "groupBy" | "filters" | "perSecond"> & {
  aggregation?: PanelLine["aggregation"];
  view?: "heatmap";
};

/** The address of the explorer with the numbers of a panel: the same series, of the same nodes and environment, in the same time range. */
export function exploreLink(
  { metric, aggregation, groupBy, filters, perSecond, view }: ExploreTarget,
  { service, node, environment }: Omit<Scope, "from" | "to">,
  parameters: URLSearchParams,
): string {
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
