import { createRequire } from "node:module";
import { join } from "node:path";

/** One value as prom-client and its successor give it; positions mean nothing (PROM-42). */
export interface PrometheusValue {
  value: number;
  labels?: Record<string, string | number | undefined>;
  metricName?: string;
}

/** One family. */
export interface PrometheusFamily {
  name: string;
  type: string;
  values: PrometheusValue[];
}

/** Any registry that can be read (PROM-41). */
export interface PrometheusRegistry {
  /** The families with their present values, as prom-client gives them. */
  getMetricsAsJSON(): Promise<unknown> | unknown;
}

const CLIENTS = ["prom-client", "@prometheus-io/client"];

/**
 * The default registries of the client libraries that the application resolves, from its main module and from the working directory; never the agent's own copy
 * (PROM-40). Throws when there is none (PROM-2).
 */
export function defaultRegistries(directories: readonly string[] = applicationDirectories()): PrometheusRegistry[] {
  const found: PrometheusRegistry[] = [];
  for (const name of CLIENTS) {
    for (const directory of directories) {
      let path: string;
      const require = createRequire(join(directory, "noop.js"));
      try {
        path = require.resolve(name);
      } catch {
        continue;
      }
      const { register } = require(path) as { register?: PrometheusRegistry };
      if (isRegistry(register)) found.push(register);
      break;
    }
  }
  if (found.length === 0)
    throw new Error(`neither ${CLIENTS.join(" nor ")} can be found from ${directories.join(" or ")}`);
  return found;
}

/** Whether something can be read as a registry. */
export function isRegistry(value: unknown): value is PrometheusRegistry {
  return typeof (value as PrometheusRegistry | undefined)?.getMetricsAsJSON === "function";
}

function applicationDirectories(): string[] {
  const main = process.argv[1];
  return main === undefined ? [process.cwd()] : [join(main, ".."), process.cwd()];
}
