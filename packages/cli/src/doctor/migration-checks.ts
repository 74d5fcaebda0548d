import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isWithoutEffect } from "@tidegauge/agent/diagnosis";
import { type Finding, pass, warn } from "./finding.js";

/** What an application that used elastic-apm-node and says nothing gets now: `[option, there, here]`. */
const OTHER_DEFAULTS = [
  ["environment", "NODE_ENV, or development", "none"],
  ["server_timeout", "30s", "5s"],
] as const;

/** What will be different for an application that uses elastic-apm-node, by its environment and configuration file. */
export function checkMigration(env: NodeJS.ProcessEnv, directory: string): Finding[] {
  const set = new Set([...optionsOfEnvironment(env), ...optionsOfFile(directory)]);
  const ignored = [...set].filter(isWithoutEffect);
  const findings = [
    pass("migration", "ELASTIC_APM_… variables, elastic-apm-node.js and central configuration are read as they are"),
    warn(
      "migration",
      "traces and errors are not shipped, metrics are: breakdown, transactions, runtime, system and custom",
      "keep elastic-apm-node beside it while you need its traces",
    ),
    warn(
      "migration",
      "require('elastic-apm-node').start() becomes new Client(), or node --import @tidegauge/agent/register app.js",
      "replace the first line of the application",
    ),
    warn(
      "migration",
      "apm.registerMetric(name, labels, callback) becomes client.metrics.register(MetricSet).observe(name, callback, labels)",
      "replace the calls",
    ),
  ];
  findings.push(
    warn(
      "migration",
      "span.self_time.sum.us is in microseconds, as its name says; it was sent in milliseconds",
      "adapt panels and alerts on it by a factor of 1000",
    ),
    warn(
      "migration",
      "metrics no longer carry the labels hostname and env",
      "ask for host.name and service.environment, which the metadata holds",
    ),
  );
  if (set.has("max_queue_size")) {
    findings.push(
      warn("migration", "max_queue_size was a number of events and is a size here", "write a size, such as 16mb"),
    );
  }
  for (const [name, there, here] of OTHER_DEFAULTS) {
    if (set.has(name)) continue;
    findings.push(warn("migration", `${name} was ${there} by default and is ${here} here`, `set ${name} to keep it`));
  }
  if (ignored.length > 0) {
    findings.push(warn("migration", `without effect here: ${ignored.join(", ")}`, "nothing, or remove them"));
  }
  return findings;
}

function optionsOfEnvironment(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith("ELASTIC_APM_"))
    .map((name) => name.slice("ELASTIC_APM_".length).toLowerCase());
}

function optionsOfFile(directory: string): string[] {
  const path = join(directory, "elastic-apm-node.js");
  if (!existsSync(path)) return [];
  try {
    const options = createRequire(path)(path) as Record<string, unknown>;
    return Object.keys(options).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  } catch {
    return []; // the check of the configuration has said so
  }
}
