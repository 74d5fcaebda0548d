import type { Metadata } from "@tidegauge/protocol";
import type { Config } from "../config/config.js";
import { activationMethod } from "./activation.js";
import { AGENT_VERSION } from "./agent-version.js";
import { type Container, containerFromCgroup, containerFromMountinfo } from "./container.js";
import { kubernetesMetadata } from "./kubernetes.js";
import { tidy } from "./tidy.js";

/** Where {@link OwnMetadata} looks. */
export interface OwnSources {
  readonly env: NodeJS.ProcessEnv;
  /** Text of a file; throws if it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** What a process knows of itself without waiting for anybody (W-20): configuration, runtime, container. */
export class OwnMetadata {
  readonly metadata: Metadata;
  readonly #env: NodeJS.ProcessEnv;
  readonly #container: Container;
  readonly #configuredHostname: string | undefined;

  constructor(config: Config, ephemeralId: string, { env, readFile }: OwnSources) {
    this.#env = env;
    this.#container = findContainer(readFile);
    this.#configuredHostname = config.values.hostname;
    this.metadata = baseMetadata(config, ephemeralId, env, this.#container);
  }

  /** The same with the answers of others; undefined for one that did not come. */
  with(detectedHostname: string | undefined, cloud: Metadata["cloud"] | undefined): Metadata {
    const { metadata } = this;
    const kubernetes = kubernetesMetadata(
      this.#env,
      this.#container.podUid,
      this.#configuredHostname,
      detectedHostname,
    );
    return tidy<Metadata>({
      ...metadata,
      system: {
        ...metadata.system,
        ...(detectedHostname ? { detected_hostname: detectedHostname } : {}),
        ...(kubernetes ? { kubernetes } : {}),
      },
      ...(cloud ? { cloud } : {}),
    });
  }
}

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
