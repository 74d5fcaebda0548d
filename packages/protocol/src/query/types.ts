/** What the values of a metric mean (design: Series identity and what a value means). */
export type MetricKind = "gauge" | "delta" | "cumulative" | "histogram";

/** The aggregations of `/api/v1/query`. */
export const AGGREGATIONS = ["avg", "sum", "min", "max", "last", "count", "rate", "p50", "p90", "p95", "p99"] as const;
/** How values become one a step and group; see `AGGREGATIONS`. */
export type Aggregation = (typeof AGGREGATIONS)[number];

/** Names with dots that `group_by` and `filter` accept beside label keys. They are not labels. */
export const QUERY_DIMENSIONS = [
  "service.name",
  "service.node.name",
  "service.version",
  "service.environment",
  "host.name",
  "transaction.name",
  "transaction.type",
  "span.type",
  "span.subtype",
] as const;

/** `[start of the step in epoch milliseconds, value or null where there is no data]`. */
export type Point = [timestampMs: number, value: number | null];

/** One group of an answer and its points, a point a step. */
export interface QuerySeries {
  /** The group's label set: the keys of `group_by`, or `{"_other":"true"}` for the rest beyond `limit`. */
  labels: Record<string, string>;
  points: Point[];
}

/** Answer of `/api/v1/query`. `from`, `to` are epoch milliseconds; `step` is in milliseconds. */
export interface QueryResponse {
  from: number;
  to: number;
  step: number;
  /** `percent` (a fraction), `byte`, `us`, `ms`, … as sent or derived from the name; null if unknown. */
  unit: string | null;
  series: QuerySeries[];
}

/** One bucket of `/api/v1/buckets`: the least and the greatest bucket value, as sent, that are counted in it. */
export interface BucketSpan {
  low: number;
  high: number;
}

/** `[start of the step in epoch milliseconds, observations in each bucket, or null where there is no data]`. */
export type BucketPoint = [timestampMs: number, counts: number[] | null];

/** Answer of `/api/v1/buckets`. `from`, `to` are epoch milliseconds; `step` is in milliseconds. */
export interface BucketsResponse {
  from: number;
  to: number;
  step: number;
  /** Unit of the bucket values, as in `QueryResponse`. */
  unit: string | null;
  /** Ascending; those without an observation in the window are left out. */
  buckets: BucketSpan[];
  points: BucketPoint[];
}

/** `waiting`: only polled its configuration so far; `silent`: nothing for more than the silence limit. */
export type ServiceStatus = "reporting" | "waiting" | "silent";

/** The agent of a service. */
export interface AgentSummary {
  name: string;
  version: string;
}

/** A service that was seen; times are ISO 8601. */
export interface ServiceSummary {
  name: string;
  environments: string[];
  agent: AgentSummary | null;
  /** Node names. */
  nodes: string[];
  /** ISO 8601, or null while waiting. */
  firstSeen: string | null;
  /** By the server's clock. */
  lastSeen: string | null;
  status: ServiceStatus;
  /**
   * By how much its newest events are ahead of the server's clock, milliseconds, or behind (negative: its clock, or reports that come late). Absent
   * within a minute, and for a service that has not reported since the server's start.
   */
  clockOffsetMs?: number;
}

/** Answer of `/api/v1/services`. */
export interface ServicesResponse {
  services: ServiceSummary[];
}

/** A metric of the window; times are ISO 8601. */
export interface MetricSummary {
  name: string;
  kind: MetricKind;
  /** The kind was inferred, not said by the sender. */
  inferred: boolean;
  unit: string | null;
  /** Label keys. */
  labels: string[];
  /** Number of series. */
  series: number;
  firstSeen: string;
  lastSeen: string;
}

/** Answer of `/api/v1/metrics`. */
export interface MetricsResponse {
  metrics: MetricSummary[];
}

/** Answer of `/api/v1/labels`: the values of each label key. */
export interface LabelsResponse {
  labels: Record<string, string[]>;
}

/** A process that reported (STO-1). */
export interface ProcessSummary {
  /** Unique among processes and the same for ever; nothing is to be read out of it. */
  id: string;
  service: string;
  node: string | null;
  environment: string | null;
  version: string | null;
  agent: AgentSummary;
  /** Time of the first and of the last sample, ISO 8601. */
  firstSeen: string;
  lastSeen: string;
  /** Id of the process of the same service, environment and node that had ended when this one began: a restart. Null if there is none. */
  replaces: string | null;
}

/** Answer of `/api/v1/processes`: oldest first. */
export interface ProcessesResponse {
  from: number;
  to: number;
  /** Processes in the window; `processes` holds the newest of them. */
  total: number;
  processes: ProcessSummary[];
}

/** Self time of one span type and subtype in a transaction, in microseconds. */
export interface BreakdownSpan {
  type: string;
  subtype: string;
  count: number;
  sumUs: number;
  /** Share of the transaction's self time in the window, 0 to 1. */
  share: number;
  /** Self time a step, in microseconds. */
  points: Point[];
}

/** A transaction's time by span type. */
export interface BreakdownTransaction {
  name: string;
  type: string;
  count: number;
  sumUs: number;
  spans: BreakdownSpan[];
}

/** Answer of `/api/v1/breakdown`. */
export interface BreakdownResponse {
  from: number;
  to: number;
  step: number;
  transactions: BreakdownTransaction[];
}

/** One server-sent event of `/api/v1/events`: data of this service became readable. */
export interface EventNotice {
  service: string;
  metricsets: number;
  receivedAt: number;
}

/** Every error of the query API, with the right status. No text names the engine. */
export interface ErrorResponse {
  error: { code: string; message: string };
}
