import type { Aggregation, QueryResponse } from "@tidegauge/protocol/query";
import { apiUrl, getJson, type Parameters } from "./client.js";

/** A step longer than any range: the whole range is then one step, and percentiles are exact over it. */
export const ONE_STEP = "36500d";

/** One call of `/api/v1/query`, in the words of the page. */
export interface Query {
  metric: string;
  aggregation: Aggregation;
  service?: string | undefined;
  environment?: string | undefined;
  node?: string | undefined;
  groupBy?: readonly string[];
  /** `key:value`, all must match. */
  filters?: readonly string[];
  limit?: number;
  from: string;
  to: string;
  /** `auto` unless given. */
  step?: string;
}

function parametersOf(query: Query): Parameters {
  return {
    metric: query.metric,
    service: query.service,
    environment: query.environment,
    node: query.node,
    from: query.from,
    to: query.to,
    step: query.step ?? "auto",
    aggregation: query.aggregation,
    group_by: query.groupBy?.join(","),
    filter: query.filters,
    limit: query.limit,
  };
}

/** The call's address relative to the page, for showing and copying. */
export function queryUrl(query: Query): string {
  return apiUrl("api/v1/query", parametersOf(query));
}

/** Runs the query. Errors: `ApiError`. */
export function runQuery(query: Query, signal?: AbortSignal): Promise<QueryResponse> {
  return getJson<QueryResponse>("api/v1/query", parametersOf(query), signal);
}
