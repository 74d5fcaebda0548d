import type { ConfigOptions } from "./config/index.js";
import type { UserLogger } from "./logging/index.js";
import type { PrometheusRegistry } from "./sets/index.js";
import type { Transport } from "./transport/index.js";

/** Every configuration option in camelCase, and what only code can give. */
export type ClientOptions = ConfigOptions & {
  /** False: an isolated client without timer, hooks and signals; `collect()` and `flush()` work. */
  readonly start?: boolean | undefined;
  /** Takes the events instead of HTTP. */
  readonly transport?: Transport | undefined;
  /** Takes the agent's messages instead of standard error. */
  readonly logger?: UserLogger | undefined;
  /** What the Prometheus set reads; default: the default registry of the client library the application has. */
  readonly prometheusRegistry?: PrometheusRegistry | readonly PrometheusRegistry[] | undefined;
};
