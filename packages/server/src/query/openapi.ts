import { AGGREGATIONS, QUERY_DIMENSIONS } from "@tidegauge/protocol/query";
import { EXPORT_FORMATS } from "../store/messages.js";
import { DEFAULT_BUCKETS, MAX_BUCKETS } from "../store/read/limits.js";

import { ref, SCHEMAS, type Schema, TEXT } from "./schemas.js";

interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly required?: boolean;
  readonly example?: string;
  readonly explode?: boolean;
}

const optional = (name: string, description: string, schema: Schema = TEXT): Parameter => ({
  name,
  description,
  schema,
});
const SERVICE = optional("service", "Name of a service; all without it.");
const ENVIRONMENT = optional("environment", "Environment of the service.");
const NODE = optional("node", "Node name.");
const WINDOW: readonly Parameter[] = [
  optional("from", "Included. ISO 8601, epoch milliseconds, or relative: `now-15m`. Default `now-15m`."),
  optional("to", "Excluded. As `from`. Default `now`."),
  optional("step", "`auto` or a duration of at least 1 s: `30s`, `5m`, `1h`, `1d`. At most 11,000 steps.", {
    type: "string",
    pattern: "^(auto|[0-9]{1,9}[smhd])?$",
    default: "auto",
  }),
];

const EXPORT_PARAMETERS: readonly Parameter[] = [
  optional("format", "Of the file.", { type: "string", enum: EXPORT_FORMATS, default: "ndjson" }),
  SERVICE,
  optional("metric", "Name of a metric; all without it."),
  optional("from", "Included. ISO 8601, epoch milliseconds, or relative: `now-15m`. From the oldest without it."),
  optional("to", "Excluded. As `from`. To the newest without it."),
];
/** The file of an export, whole: a description of its rows is in docs/storage.md. */
const EXPORT_CONTENT: Schema = {
  "application/vnd.apache.parquet": { schema: {} },
  "application/x-ndjson": { schema: {} },
  "text/csv": { schema: {} },
};

const metric = (example: string): Parameter => ({
  name: "metric",
  description: "Name of the metric.",
  schema: { ...TEXT, minLength: 1 },
  required: true,
  example,
});

const SELECTION_PARAMETERS: readonly Parameter[] = [
  SERVICE,
  ENVIRONMENT,
  NODE,
  ...WINDOW,
  {
    name: "filter",
    description: "`key:value`, split at the first colon; may repeat, all must hold.",
    schema: { type: "array", items: { ...TEXT, pattern: "^[^:]+:" }, maxItems: 20 },
    explode: true,
  },
];

const QUERY_PARAMETERS: readonly Parameter[] = [
  metric("system.process.cpu.total.norm.pct"),
  ...SELECTION_PARAMETERS,
  optional("aggregation", "Within a step for each series by its kind, then across series.", {
    type: "string",
    enum: AGGREGATIONS,
    default: "avg",
  }),
  optional("group_by", `Label keys or ${QUERY_DIMENSIONS.join(", ")}, separated by commas; at most 20.`),
  optional("limit", "Keeps this many of the largest groups and joins the rest as `_other`.", {
    type: "integer",
    minimum: 1,
    maximum: 1000,
  }),
];

const BUCKETS_PARAMETERS: readonly Parameter[] = [
  metric("transaction.duration.us"),
  ...SELECTION_PARAMETERS,
  optional("limit", "At most this many buckets: neighbours are joined, the same number everywhere.", {
    type: "integer",
    minimum: 1,
    maximum: MAX_BUCKETS,
    default: DEFAULT_BUCKETS,
  }),
];

/** The OpenAPI document of the query API, served at `/api/v1/openapi.json`. */
export function openApiDocument(): Schema {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tidegauge query API",
      version: "1",
      description:
        "Read-only JSON, and stored samples as a file. With a token configured every call needs it, or the session cookie of the page.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    security: [{}, { token: [] }, { apiKey: [] }],
    paths: {
      "/api/v1/services": operation(
        "listServices",
        "Services that report or wait for their first report",
        "Services",
        [],
      ),
      "/api/v1/metrics": operation("listMetrics", "Metrics of a service, or of all", "Metrics", [SERVICE]),
      "/api/v1/labels": operation("listLabels", "Label keys and their values", "Labels", [
        SERVICE,
        optional("metric", "Name of a metric; all without it."),
      ]),
      "/api/v1/query": operation("query", "Values of a metric over time", "Query", QUERY_PARAMETERS),
      "/api/v1/buckets": operation("buckets", "Buckets of a histogram over time", "Buckets", BUCKETS_PARAMETERS),
      "/api/v1/processes": operation("listProcesses", "Processes that reported, and restarts", "Processes", [
        SERVICE,
        ENVIRONMENT,
        NODE,
        ...WINDOW.filter(({ name }) => name !== "step"),
      ]),
      "/api/v1/breakdown": operation("breakdown", "Self time by transaction and span type", "Breakdown", [
        SERVICE,
        ENVIRONMENT,
        NODE,
        optional("transaction", "Name of a transaction."),
        optional("transaction_type", "Type of the transactions."),
        ...WINDOW,
      ]),
      "/api/v1/export": exportOperation(),
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "Authorization", description: "`ApiKey base64(id:key)`" },
      },
    },
  };
}

const content = (name: string): Schema => ({ "application/json": { schema: ref(name) } });
const failure = (description: string): Schema => ({ description, content: content("Error") });
const inQuery = (parameters: readonly Parameter[]): Schema[] =>
  parameters.map((parameter) => ({ in: "query", ...parameter }));

const FAILURES: Schema = {
  400: failure("A parameter is missing, wrong or unknown, or too much is asked for."),
  401: failure("The credentials are missing or wrong."),
  431: { description: "The request's head is larger than the server takes." },
  503: failure("The store is closed or being reopened."),
};

function operation(operationId: string, summary: string, schema: string, parameters: readonly Parameter[]): Schema {
  return {
    get: {
      operationId,
      summary,
      parameters: inQuery(parameters),
      responses: {
        200: {
          description: "The answer.",
          headers: { ETag: { schema: { type: "string" } } },
          content: content(schema),
        },
        304: { description: "What the client has, by `If-None-Match`, is still the answer." },
        ...FAILURES,
      },
    },
  };
}

function exportOperation(): Schema {
  return {
    get: {
      operationId: "export",
      summary: "Every stored sample as a file",
      parameters: inQuery(EXPORT_PARAMETERS),
      responses: {
        200: {
          description: "The file: of the asked format, a row for each sample.",
          headers: { "Content-Disposition": { schema: { type: "string" } } },
          content: EXPORT_CONTENT,
        },
        ...FAILURES,
        507: failure("There is no room on the server to make the file."),
      },
    },
  };
}
