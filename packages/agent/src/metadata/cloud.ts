import type { Metadata } from "@tidegauge/protocol";
import type { Logger } from "../logging/logger.js";
import { NodeSender } from "../transport/http/node-sender.js";
import { awsCloud, azureAppService, azureCloud, type CloudMetadata, gcpCloud } from "./cloud-documents.js";

const LINK_LOCAL = "169.254.169.254";

/** Where the metadata services are; tests put fakes on loopback in their place. */
export interface CloudServices {
  /** `host:port` of the AWS and the Azure service. */
  readonly aws: string;
  readonly azure: string;
  /** Finds `host:port` of the Google service; rejects elsewhere. */
  readonly findGcp: () => Promise<string>;
  /** Longest time until something answers there at all. */
  readonly connectMs: number;
  /** Longest time of one request. */
  readonly requestMs: number;
}

/** The real ones. Google's is found by name, with a resolver of our own: a lookup by the system could hold the process for many seconds. */
export const CLOUD_SERVICES: CloudServices = {
  aws: `${LINK_LOCAL}:80`,
  azure: `${LINK_LOCAL}:80`,
  async findGcp() {
    const { Resolver } = process.getBuiltinModule("node:dns").promises;
    const addresses = await new Resolver({ timeout: 500, tries: 1 }).resolve4("metadata.google.internal");
    return `${addresses[0]}:80`;
  },
  connectMs: 100,
  requestMs: 1000,
};

/**
 * Asks the metadata service of the cloud, or of each cloud in turn, where this process runs (W-28). Any failure means "not there". The requests go
 * directly, whatever proxy is configured, and are not repeated.
 */
export async function detectCloud(
  provider: "auto" | "aws" | "gcp" | "azure" | "none",
  logger: Logger,
  env: NodeJS.ProcessEnv = process.env,
  services: CloudServices = CLOUD_SERVICES,
): Promise<Metadata["cloud"] | undefined> {
  if (provider === "none") return undefined;
  const sender = new NodeSender({ verify: true });
  try {
    const detectors = {
      aws: () => detectAws(sender, services),
      gcp: () => detectGcp(sender, services),
      azure: async () => azureAppService(env) ?? (await detectAzure(sender, services)),
    };
    const names = provider === "auto" ? (["aws", "gcp", "azure"] as const) : [provider];
    for (const name of names) {
      const found = await detectors[name]().catch((error: unknown) => {
        logger.debug(`cloud: not on ${name} (${String(error)})`);
        return undefined;
      });
      if (found) return found;
    }
    if (provider !== "auto") logger.warn(`cloud_provider is ${provider}, but its metadata service did not answer`);
    return undefined;
  } finally {
    sender.close();
  }
}

async function detectAws(sender: NodeSender, services: CloudServices): Promise<CloudMetadata | undefined> {
  const { aws: service, connectMs, requestMs } = services;
  await probe(service, connectMs);
  const token = await request(sender, requestMs, "PUT", `http://${service}/latest/api/token`, {
    "X-aws-ec2-metadata-token-ttl-seconds": "300",
  }).catch(() => "");
  return awsCloud(
    await request(
      sender,
      requestMs,
      "GET",
      `http://${service}/latest/dynamic/instance-identity/document`,
      token === "" ? {} : { "X-aws-ec2-metadata-token": token },
    ),
  );
}

async function detectGcp(sender: NodeSender, services: CloudServices): Promise<CloudMetadata | undefined> {
  const service = await services.findGcp();
  const url = `http://${service}/computeMetadata/v1/?recursive=true`;
  return gcpCloud(await request(sender, services.requestMs, "GET", url, { "Metadata-Flavor": "Google" }));
}

async function detectAzure(sender: NodeSender, services: CloudServices): Promise<CloudMetadata | undefined> {
  const { azure: service, connectMs, requestMs } = services;
  await probe(service, connectMs);
  const url = `http://${service}/metadata/instance/compute?api-version=2019-08-15`;
  return azureCloud(await request(sender, requestMs, "GET", url, { Metadata: "true" }));
}

/** Resolves if something listens there. */
function probe(service: string, limitMs: number): Promise<void> {
  const net = process.getBuiltinModule("node:net");
  const { hostname, port } = new URL(`http://${service}`);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port || 80), timeout: limitMs });
    socket.unref();
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(new Error(`no connection to ${service} within ${limitMs} ms`)));
    socket.once("error", reject);
  });
}

async function request(
  sender: NodeSender,
  timeoutMs: number,
  method: "GET" | "PUT",
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await sender.send({ method, url: new URL(url), headers, timeoutMs });
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status} from ${url}`);
  return answer.body;
}
