import { sendError } from "../http/answer.js";
import type { Route } from "../http/route.js";

const PATHS = ["services", "metrics", "labels", "query", "buckets", "processes", "breakdown", "export", "events"];

/** What the query API answers on a server that keeps nothing itself. */
export function createNoStoreRoutes(): Route[] {
  return PATHS.map((path) => ({
    path: `/api/v1/${path}`,
    methods: ["GET", "HEAD"],
    auth: "required",
    handle: (exchange) =>
      sendError(
        exchange,
        404,
        "no_store",
        "this server keeps no data: look in Kibana or OpenSearch Dashboards, or add --output store",
      ),
  }));
}
