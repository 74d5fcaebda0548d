/** Every code an {@link AgentError} can carry. Codes are stable; messages are not. */
export type AgentErrorCode =
  | "METRIC_SET_FAILED"
  | "METRIC_SET_NOT_FOUND"
  | "COLLECT_TIMEOUT"
  | "flush_timeout"
  | (string & {});

/** A wiring mistake or a failed wait, with a stable `code`. Recording itself never throws one. */
export class AgentError extends Error {
  override readonly name: string = "AgentError";
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `getMetricSet` was asked for a set that is not registered (REG-65). */
export class MetricSetNotFound extends AgentError {
  override readonly name: string = "MetricSetNotFound";

  constructor(path: string) {
    super("METRIC_SET_NOT_FOUND", `${path} metric set not found`);
  }
}
