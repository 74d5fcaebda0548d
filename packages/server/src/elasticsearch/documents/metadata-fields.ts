import type { Metadata } from "@tidegauge/protocol";
import { hostOf } from "../../output/host.js";

/** A JSON object in the making. */
export type Fields = Record<string, unknown>;

/** The fields that every document of a request has: its metadata under ECS names (server-intake.md §8.6). Absent and empty values are left out. */
export function metadataFields(metadata: Metadata, clientAddress: string | undefined): Fields {
  const { service, process, system, cloud, user, network } = metadata;
  const host = hostOf(system);
  const kubernetes = system?.kubernetes;
  return compact({
    agent: compact({
      name: service.agent.name,
      version: service.agent.version,
      ephemeral_id: service.agent.ephemeral_id,
      activation_method: service.agent.activation_method,
    }),
    service: compact({
      name: service.name,
      version: service.version,
      environment: service.environment,
      node: compact({ name: service.node?.configured_name || system?.container?.id || host.name }),
      language: compact({ ...service.language }),
      runtime: compact({ ...service.runtime }),
      framework: compact({ ...service.framework }),
    }),
    process: compact({
      pid: process?.pid,
      title: process?.title,
      args: process?.argv,
      parent: compact({ pid: process?.ppid }),
    }),
    host: compact({
      ...host,
      architecture: system?.architecture,
      id: system?.host_id,
      os: compact({ platform: system?.platform }),
      ip: clientAddress === undefined ? undefined : [clientAddress],
    }),
    container: compact({ id: system?.container?.id }),
    kubernetes: compact({
      namespace: kubernetes?.namespace,
      node: compact({ name: kubernetes?.node?.name }),
      pod: compact({ name: kubernetes?.pod?.name, uid: kubernetes?.pod?.uid }),
    }),
    cloud: compact({
      provider: cloud?.provider,
      region: cloud?.region,
      availability_zone: cloud?.availability_zone,
      account: compact({ ...cloud?.account }),
      instance: compact({ ...cloud?.instance }),
      machine: compact({ ...cloud?.machine }),
      project: compact({ ...cloud?.project }),
      service: compact({ ...cloud?.service }),
    }),
    user: compact({ id: user?.id, email: user?.email, name: user?.username, domain: user?.domain }),
    network: compact({ connection: compact({ type: network?.connection?.type }) }),
  }) as Fields;
}

/** Without what is absent or empty; undefined when nothing is left. */
function compact(fields: Fields): Fields | undefined {
  const kept: Fields = {};
  let isEmpty = true;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === "") continue;
    kept[key] = value;
    isEmpty = false;
  }
  return isEmpty ? undefined : kept;
}
