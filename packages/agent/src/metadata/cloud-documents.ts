import type { Metadata } from "@tidegauge/protocol";

/** The `cloud` object of the metadata line. */
export type CloudMetadata = NonNullable<Metadata["cloud"]>;

type Json = Readonly<Record<string, unknown>>;

/** AWS's instance identity document (§7.3.3). */
export function awsCloud(document: string): CloudMetadata {
  const aws = parse(document);
  return {
    provider: "aws",
    account: { id: text(aws.accountId) },
    instance: { id: text(aws.instanceId) },
    availability_zone: text(aws.availabilityZone),
    machine: { type: text(aws.instanceType) },
    region: text(aws.region),
  } as CloudMetadata;
}

/** Google's recursive metadata (§7.3.3). */
export function gcpCloud(document: string): CloudMetadata {
  // The instance's id is a number beyond 2^53: as text it loses nothing.
  const gcp = parse(document.replace(/("id"\s*:\s*)(\d+)/g, '$1"$2"'));
  const instance = (gcp.instance ?? {}) as Json;
  const project = (gcp.project ?? {}) as Json;
  const zone = lastPart(instance.zone);
  return {
    provider: "gcp",
    instance: { id: text(instance.id), name: text(instance.name) },
    project: { id: text(project.projectId) },
    availability_zone: zone,
    region: zone?.includes("-") ? zone.slice(0, zone.lastIndexOf("-")) : zone,
    machine: { type: lastPart(instance.machineType) },
  } as CloudMetadata;
}

/** Azure's compute metadata (§7.3.3). */
export function azureCloud(document: string): CloudMetadata {
  const azure = parse(document);
  return {
    provider: "azure",
    account: { id: text(azure.subscriptionId) },
    instance: { id: text(azure.vmId), name: text(azure.name) },
    project: { name: text(azure.resourceGroupName) },
    availability_zone: text(azure.zone) || undefined,
    machine: { type: text(azure.vmSize) },
    region: text(azure.location),
  } as CloudMetadata;
}

/** Azure App Service has no metadata service but names everything in the environment (§7.3.3). */
export function azureAppService(env: NodeJS.ProcessEnv): CloudMetadata | undefined {
  const { WEBSITE_OWNER_NAME, WEBSITE_INSTANCE_ID, WEBSITE_SITE_NAME, WEBSITE_RESOURCE_GROUP } = env;
  if (!WEBSITE_OWNER_NAME?.includes("+") || !WEBSITE_INSTANCE_ID || !WEBSITE_SITE_NAME || !WEBSITE_RESOURCE_GROUP) {
    return undefined;
  }
  const at = WEBSITE_OWNER_NAME.indexOf("+");
  const beforeWebspace = WEBSITE_OWNER_NAME.slice(at + 1).split("webspace")[0] as string;
  return {
    provider: "azure",
    account: { id: WEBSITE_OWNER_NAME.slice(0, at) },
    region: beforeWebspace.slice(beforeWebspace.lastIndexOf("-") + 1),
    instance: { id: WEBSITE_INSTANCE_ID, name: WEBSITE_SITE_NAME },
    project: { name: WEBSITE_RESOURCE_GROUP },
  };
}

function parse(document: string): Json {
  const value: unknown = JSON.parse(document);
  if (value === null || typeof value !== "object") throw new Error("the metadata service's answer is no JSON object");
  return value as Json;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function lastPart(value: unknown): string | undefined {
  return text(value)?.split("/").at(-1);
}
