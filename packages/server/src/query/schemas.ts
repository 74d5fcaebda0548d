import { MAX_BUCKETS } from "../store/read/limits.js";

/** A JSON schema, as OpenAPI 3.1 writes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** A text of a query or an answer. */
export const TEXT: Schema = { type: "string", maxLength: 1024 };
const NUMBER: Schema = { type: "number" };
const INTEGER: Schema = { type: "integer" };
const NULLABLE_TEXT: Schema = { type: ["string", "null"] };
const TEXTS: Schema = { type: "array", items: { type: "string" } };

const object = (
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: "object",
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
});
const list = (items: Schema): Schema => ({ type: "array", items });
/** Names one of `SCHEMAS`. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const POINTS: Schema = list({
  type: "array",
  items: { type: ["number", "null"] },
  minItems: 2,
  maxItems: 2,
  description: "Start of the step in epoch milliseconds, and the value or null where there is no data.",
});

/** What the query API answers, by the name that `ref` takes. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Error: object({ error: object({ code: { type: "string" }, message: { type: "string" } }) }),
  Services: object({
    services: list(
      object(
        {
          name: TEXT,
          environments: TEXTS,
          agent: { oneOf: [object({ name: TEXT, version: TEXT }), { type: "null" }] },
          nodes: TEXTS,
          firstSeen: NULLABLE_TEXT,
          lastSeen: NULLABLE_TEXT,
          status: { type: "string", enum: ["reporting", "waiting", "silent"] },
        },
        {
          clockOffsetMs: {
            type: "integer",
            description:
              "By how much the newest events are ahead of the server's clock, or behind (negative); absent within a minute, and when unknown.",
          },
        },
      ),
    ),
  }),
  Metrics: object({
    metrics: list(
      object({
        name: { type: "string" },
        kind: { type: "string", enum: ["gauge", "delta", "cumulative", "histogram"] },
        inferred: { type: "boolean", description: "The kind was inferred, not said by the sender." },
        unit: NULLABLE_TEXT,
        labels: TEXTS,
        series: INTEGER,
        firstSeen: { type: "string" },
        lastSeen: { type: "string" },
      }),
    ),
  }),
  Labels: object({ labels: { type: "object", additionalProperties: TEXTS } }),
  Query: object({
    from: INTEGER,
    to: INTEGER,
    step: { ...INTEGER, description: "Milliseconds." },
    unit: { ...NULLABLE_TEXT, description: "`percent` (a fraction), `byte`, `us`, `ms`, or as the agent sent it." },
    series: list(object({ labels: { type: "object", additionalProperties: { type: "string" } }, points: POINTS })),
  }),
  Buckets: object({
    from: INTEGER,
    to: INTEGER,
    step: { ...INTEGER, description: "Milliseconds." },
    unit: { ...NULLABLE_TEXT, description: "Of the bucket values." },
    buckets: {
      ...list(object({ low: NUMBER, high: NUMBER })),
      maxItems: MAX_BUCKETS,
      description: "Least and greatest bucket value counted in each bucket, ascending.",
    },
    points: list({
      type: "array",
      items: { oneOf: [INTEGER, list(INTEGER), { type: "null" }] },
      minItems: 2,
      maxItems: 2,
      description:
        "Start of the step in epoch milliseconds, and the observations in each bucket or null where there is no data.",
    }),
  }),
  Processes: object({
    from: INTEGER,
    to: INTEGER,
    total: { ...INTEGER, description: "Processes in the window; the newest of them are listed." },
    processes: list(
      object({
        id: { type: "string" },
        service: { type: "string" },
        node: NULLABLE_TEXT,
        environment: NULLABLE_TEXT,
        version: NULLABLE_TEXT,
        agent: object({ name: TEXT, version: TEXT }),
        firstSeen: { type: "string" },
        lastSeen: { type: "string" },
        replaces: {
          ...NULLABLE_TEXT,
          description: "The ended process of the same node it came in place of: a restart.",
        },
      }),
    ),
  }),
  Breakdown: object({
    from: INTEGER,
    to: INTEGER,
    step: INTEGER,
    transactions: list(
      object({
        name: { type: "string" },
        type: { type: "string" },
        count: NUMBER,
        sumUs: NUMBER,
        spans: list(
          object({
            type: { type: "string" },
            subtype: { type: "string" },
            count: NUMBER,
            sumUs: NUMBER,
            share: { ...NUMBER, description: "Of the transaction's self time, 0 to 1." },
            points: POINTS,
          }),
        ),
      }),
    ),
  }),
};
