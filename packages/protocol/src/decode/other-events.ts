import type { DecodeError } from "./decode-error.js";
import { check, type Rule, type Rules } from "./rules.js";

/** The event types beside `metricset`. Checked and counted as accepted, not stored (D-SRV-6). */
export type OtherEventType = "transaction" | "span" | "error" | "log";

const OUTCOMES = ["success", "failure", "unknown"] as const;

function keyword(name: string, more: Partial<Rule> = {}): Rule {
  return { name, type: "string", keyword: true, ...more };
}

const REQUIRED = { required: true } as const;
const TIMESTAMP: Rule = { name: "timestamp", type: "timestamp" };
const OUTCOME: Rule = { name: "outcome", type: "string", oneOf: OUTCOMES };
const DURATION: Rule = { name: "duration", type: "number", required: true, min: 0 };
const CONTEXT: Rule = { name: "context", type: { fields: [{ name: "tags", type: "labels" }] } };

const TRANSACTION: Rules = {
  fields: [
    TIMESTAMP,
    keyword("trace_id", REQUIRED),
    keyword("id", REQUIRED),
    keyword("parent_id"),
    keyword("name"),
    keyword("type", REQUIRED),
    keyword("result"),
    OUTCOME,
    CONTEXT,
    {
      name: "span_count",
      type: {
        fields: [
          { name: "dropped", type: "integer" },
          { name: "started", type: "integer", required: true },
        ],
      },
      required: true,
    },
    { name: "sample_rate", type: "number" },
    DURATION,
    { name: "sampled", type: "boolean" },
  ],
};

const SPAN: Rules = {
  fields: [
    TIMESTAMP,
    keyword("id", REQUIRED),
    keyword("trace_id", REQUIRED),
    keyword("action"),
    keyword("name", REQUIRED),
    OUTCOME,
    keyword("parent_id", REQUIRED),
    keyword("type", REQUIRED),
    keyword("subtype"),
    keyword("transaction_id"),
    CONTEXT,
    { name: "start", type: "number" },
    { name: "sample_rate", type: "number" },
    DURATION,
    { name: "sync", type: "boolean" },
  ],
  anyOf: ["start", "timestamp"],
};

const ERROR: Rules = {
  fields: [
    TIMESTAMP,
    {
      name: "log",
      type: {
        fields: [
          keyword("level"),
          keyword("logger_name"),
          { name: "message", type: "string", required: true },
          keyword("param_message"),
        ],
      },
    },
    keyword("culprit"),
    keyword("id", REQUIRED),
    keyword("parent_id", { requiredIfAny: ["transaction_id", "trace_id"] }),
    keyword("trace_id", { requiredIfAny: ["transaction_id", "parent_id"] }),
    keyword("transaction_id"),
    {
      name: "exception",
      type: {
        fields: [
          { name: "code", type: "stringOrInteger", keyword: true },
          { name: "message", type: "string" },
          keyword("module"),
          keyword("type"),
          { name: "handled", type: "boolean" },
        ],
        anyOf: ["message", "type"],
      },
    },
    CONTEXT,
  ],
  anyOf: ["exception", "log"],
};

/** Nothing is required of a log event but that it says something. */
const LOG: Rules = {
  fields: [
    { name: "labels", type: "labels" },
    { name: "@timestamp", type: "timestamp" },
    { name: "message", type: "string" },
    keyword("trace.id"),
    keyword("transaction.id"),
    keyword("span.id"),
    keyword("log.level"),
    keyword("log.logger"),
    { name: "log.origin.function", type: "string" },
    keyword("log.origin.file.name"),
    keyword("service.name"),
    keyword("service.version"),
    keyword("service.environment"),
    keyword("service.node.name"),
    keyword("event.dataset"),
    keyword("process.thread.name"),
    { name: "error.type", type: "string" },
    { name: "error.message", type: "string" },
    { name: "error.stack_trace", type: "string" },
    // ECS logs may be nested instead of dotted.
    { name: "log", type: { fields: [keyword("level"), keyword("logger")] } },
    { name: "event", type: { fields: [keyword("dataset")] } },
    { name: "process", type: { fields: [{ name: "thread", type: { fields: [keyword("name")] } }] } },
    { name: "error", type: { fields: ["type", "message", "stack_trace"].map((name) => ({ name, type: "string" })) } },
    {
      name: "service",
      type: {
        fields: [
          keyword("name"),
          keyword("version"),
          keyword("environment"),
          { name: "node", type: { fields: [keyword("name")] } },
        ],
      },
    },
  ],
};

const RULES: { readonly [type in OtherEventType]: Rules } = {
  transaction: TRANSACTION,
  span: SPAN,
  error: ERROR,
  log: LOG,
};

/** Checks the value of a transaction, span, error or log line (D-SRV-6): the error, or undefined. Never throws. */
export function checkOtherEvent(type: OtherEventType, value: unknown): DecodeError | undefined {
  return check(value, RULES[type], type);
}
