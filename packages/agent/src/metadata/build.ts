import { readFileSync } from "node:fs";
import type { Metadata } from "@tidegauge/protocol";
import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import { soon } from "../transport/clock.js";
import { activationMethod } from "./activation.js";
import { AGENT_VERSION } from "./agent-version.js";
import { type Container, containerFromCgroup, containerFromMountinfo } from "./container.js";
import { kubernetesMetadata } from "./kubernetes.js";
import { tidy } from "./tidy.js";

/** What surrounds the process; replaceable in tests. */
export interface Surroundings {
  env?: NodeJS.ProcessEnv;
  /** Text of a file; throws if it cannot be read. */
  readFile?: (path: string) => string;
  detectHostname?: () => Promise<string>;
  detectCloud?: () => Promise<Metadata["cloud"] | undefined>;
}

/** The metadata line's content: known at once in part, complete when host name and cloud have been asked (W-21, W-22). */
export interface MetadataSource {
  /** The best known now. */
  readonly current: Metadata;
  /** Resolves when nothing more will be found; never rejects. */
  readonly ready: Promise<Metadata>;
}

/** Begins to gather the metadata of this process (§7.3): the cloud is asked and commands are run without waiting for them. */
export function gatherMetadata(
  config: Config,
  ephemeralId: string,
  logger: Logger,
  surroundings: Surroundings = {},
): MetadataSource {
  const env = surroundings.env ?? process.env;
  const readFile = surroundings.readFile ?? ((path: string) => readFileSync(path, "utf8"));
  const container = findContainer(readFile);
  const base = baseMetadata(config, ephemeralId, env, container);
  const source = { current: base, ready: Promise.resolve(base) };
  source.ready = complete().then(
    (metadata) => {
      source.current = metadata;
      return metadata;
    },
    () => base,
  );
  return source;

  async function askCloud(): Promise<Metadata["cloud"] | undefined> {
    const { cloudProvider } = config.values;
    if (cloudProvider === "none") return undefined;
    const { detectCloud } = require("./cloud.js") as typeof import("./cloud.js");
    return detectCloud(cloudProvider, logger, env);
  }

  async function complete(): Promise<Metadata> {
    // After the application's own first turn: a process is started for the host name, and no request can leave before that anyway.
    await new Promise<void>(soon);
    const [detected, cloud] = await Promise.all([
      (surroundings.detectHostname ?? lateHostname)().catch(() => undefined),
      (surroundings.detectCloud ?? askCloud)().catch(() => undefined),
    ]);
    const kubernetes = kubernetesMetadata(env, container.podUid, config.values.hostname, detected);
    return tidy<Metadata>({
      ...base,
      system: {
        ...base.system,
        ...(detected ? { detected_hostname: detected } : {}),
        ...(kubernetes ? { kubernetes } : {}),
      },
      ...(cloud ? { cloud } : {}),
    });
  }
}

/** Loaded after the application's first turn. */
const lateHostname = (): Promise<string> =>
  (require("./hostname.js") as typeof import("./hostname.js")).detectHostname();

function findContainer(readFile: (path: string) => string): Container {
  const read = (path: string): string => {
    try {
      return readFile(path);
    } catch {
      return "";
    }
  };
  const found = containerFromCgroup(read("/proc/self/cgroup"));
  return found.containerId === undefined ? containerFromMountinfo(read("/proc/self/mountinfo")) : found;
}

function baseMetadata(config: Config, ephemeralId: string, env: NodeJS.ProcessEnv, container: Container): Metadata {
  const { values } = config;
  const kubernetes = kubernetesMetadata(env, container.podUid, values.hostname, undefined);
  return tidy<Metadata>({
    service: {
      name: values.serviceName,
      agent: {
        name: values.agentName,
        version: AGENT_VERSION,
        activation_method: activationMethod(env),
        ephemeral_id: ephemeralId,
      },
      language: { name: "javascript" },
      runtime: { name: process.release.name, version: process.versions.node },
      ...(values.serviceVersion ? { version: values.serviceVersion } : {}),
      ...(values.environment ? { environment: values.environment } : {}),
      ...(values.serviceNodeName ? { node: { configured_name: values.serviceNodeName } } : {}),
      ...(values.frameworkName
        ? {
            framework: {
              name: values.frameworkName,
              ...(values.frameworkVersion ? { version: values.frameworkVersion } : {}),
            },
          }
        : {}),
    },
    process: {
      pid: process.pid,
      ppid: process.ppid,
      title: process.title,
      ...(values.includeProcessArgs ? { argv: [...process.argv] } : {}),
    },
    system: {
      architecture: process.arch,
      platform: process.platform,
      ...(values.hostname ? { configured_hostname: values.hostname } : {}),
      ...(container.containerId ? { container: { id: container.containerId } } : {}),
      ...(kubernetes ? { kubernetes } : {}),
    },
    labels: globalLabels(values.globalLabels),
  });
}

/** Keys may not contain `.`, `*` or `"` (W-17). */
function globalLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.replace(/[.*"]/g, "_"), value]));
}
