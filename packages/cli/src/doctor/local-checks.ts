import { createRequire } from "node:module";
import { join } from "node:path";
import type { ExaminedClient } from "./examined-client.js";
import { type Finding, fail, pass, warn } from "./finding.js";

/** The Node version (pass or fail). */
export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  return isSupported
    ? pass("node", `Node ${version}`)
    : fail("node", `Node ${version} is not supported`, "use Node 20.19 or later of line 20, or 22.12 or later");
}

/** The variables that switch the agent on and off, in the order in which they count. */
const SWITCHES = ["ELASTIC_APM_ENABLED", "ELASTIC_APM_ACTIVE"];

/** The options that are set, each with where it comes from, and what the agent complains about in them. */
export function checkConfiguration({ client, complaints }: ExaminedClient): Finding[] {
  const set = client.config.effective().filter(({ source }) => source !== "default" && source !== "discovered");
  const list = set.map(({ name, shown, source }) => `${name}=${shown} (${source})`).join(", ");
  const { enabled, recording, disableSend, metricsIntervalMs } = client.config.values;
  const findings = complaints.map((complaint) =>
    warn("configuration", complaint, "correct the value; until then the next lower source or the default holds"),
  );
  if (!enabled) {
    const source = client.config.sourceOf("enabled");
    const variable = SWITCHES.find((name) => process.env[name] !== undefined);
    const fix = source === "environment" && variable !== undefined ? `remove ${variable}` : "set enabled to true";
    findings.push(fail("configuration", `enabled is false (${source}): the agent does nothing`, fix));
  }
  if (!recording)
    findings.push(fail("configuration", "recording is false: nothing is collected", "set recording to true"));
  if (disableSend)
    findings.push(fail("configuration", "disable_send is true: nothing is sent", "set disable_send to false"));
  if (metricsIntervalMs === 0) {
    findings.push(fail("configuration", "metrics_interval is 0s: nothing is collected", "set metrics_interval to 30s"));
  }
  return [pass("configuration", list === "" ? "all options have their defaults" : list), ...findings];
}

/** Whether the service has a name of its own. */
export function checkServiceName({ client }: ExaminedClient): Finding {
  const { serviceName } = client.config.values;
  const source = client.config.effective().find(({ name }) => name === "service_name")?.source ?? "default";
  return serviceName === undefined || /^unknown-.*-service$/.test(serviceName)
    ? warn(
        "service-name",
        `the service is called ${serviceName}`,
        "set ELASTIC_APM_SERVICE_NAME, or a name in package.json",
      )
    : pass("service-name", `${serviceName} (${source})`);
}

/** Packages that the agent measures, and the major versions whose inside it knows: those of docs/supported-libraries.md. */
const MEASURED: Readonly<Record<string, readonly number[]>> = {
  express: [4, 5],
  fastify: [4, 5],
  koa: [2, 3],
  pg: [8],
  mysql2: [2, 3],
  ioredis: [5, 6],
  redis: [4, 5, 6],
  mongodb: [5, 6, 7],
  undici: [6, 7],
};

/** What of the application in `directory` the agent will measure besides `node:http`. */
export function checkHooks(directory: string): Finding[] {
  const require = createRequire(join(directory, "main.js"));
  const known: string[] = [];
  const findings: Finding[] = [];
  for (const [name, majors] of Object.entries(MEASURED)) {
    const version = installedVersion(require, name);
    if (version === undefined) continue;
    if (majors.includes(Number(version.split(".")[0]))) known.push(`${name} ${version}`);
    else
      findings.push(
        warn("hooks", `${name} ${version} is not measured`, `versions ${majors.join(", ")} are; its spans are missing`),
      );
  }
  return [pass("hooks", `measured here: node:http${known.map((one) => `, ${one}`).join("")}`), ...findings];
}

function installedVersion(require: NodeJS.Require, name: string): string | undefined {
  for (const directory of require.resolve.paths(name) ?? []) {
    try {
      return (require(join(directory, name, "package.json")) as { version: string }).version;
    } catch {
      // not in this node_modules
    }
  }
  return undefined;
}
