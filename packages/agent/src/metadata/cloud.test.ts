import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { CLOUD_SERVICES, type CloudServices, detectCloud } from "./cloud.js";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A metadata service on loopback; returns its `host:port`. */
async function service(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Nothing listens there. */
async function nobody(): Promise<string> {
  const address = await service(() => {});
  const server = open.pop() as Server;
  await new Promise((resolve) => server.close(resolve));
  return address;
}

async function nowhere(): Promise<CloudServices> {
  const address = await nobody();
  // Patient, for a busy machine; how long the real ones may take has its own test.
  const limits = { connectMs: 5000, requestMs: 5000 };
  return { aws: address, azure: address, findGcp: () => Promise.reject(new Error("ENOTFOUND")), ...limits };
}

const AWS = {
  accountId: "123456789012",
  instanceId: "i-1234",
  availabilityZone: "us-east-2a",
  instanceType: "t3.small",
  region: "us-east-2",
};

function awsService(seen: string[], tokens = true): Promise<string> {
  return service((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.url === "/latest/api/token") {
      if (!tokens) response.writeHead(403).end();
      else response.end(request.headers["x-aws-ec2-metadata-token-ttl-seconds"] === "300" ? "TOKEN" : "BAD");
    } else if (request.headers["x-aws-ec2-metadata-token"] === (tokens ? "TOKEN" : undefined)) {
      response.end(JSON.stringify(AWS));
    } else response.writeHead(401).end();
  });
}

const AWS_CLOUD = {
  provider: "aws",
  account: { id: "123456789012" },
  instance: { id: "i-1234" },
  availability_zone: "us-east-2a",
  machine: { type: "t3.small" },
  region: "us-east-2",
};

describe("cloud metadata", () => {
  it.each([true, false])("W-28 reads AWS's identity document, with a token: %s", async (tokens) => {
    const seen: string[] = [];
    const services = { ...(await nowhere()), aws: await awsService(seen, tokens) };
    expect(await detectCloud("auto", new RecordingLogger(), {}, services)).toEqual(AWS_CLOUD);
    expect(seen).toEqual(["PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document"]);
  });

  it("W-28 reads Google's metadata and keeps an instance id beyond 2^53", async () => {
    const gcp = await service((request, response) => {
      if (request.url !== "/computeMetadata/v1/?recursive=true" || request.headers["metadata-flavor"] !== "Google") {
        response.writeHead(403).end();
        return;
      }
      response.end(
        `{"instance":{"id":4306570268266786072,"name":"vm-1","zone":"projects/513326162531/zones/us-west3-a","machineType":"projects/513326162531/machineTypes/n1-standard-1"},"project":{"numericProjectId":513326162531,"projectId":"shop"}}`,
      );
    });
    const services = { ...(await nowhere()), findGcp: async () => gcp };
    expect(await detectCloud("auto", new RecordingLogger(), {}, services)).toEqual({
      provider: "gcp",
      instance: { id: "4306570268266786072", name: "vm-1" },
      project: { id: "shop" },
      availability_zone: "us-west3-a",
      region: "us-west3",
      machine: { type: "n1-standard-1" },
    });
  });

  it("W-28 reads Azure's compute metadata; an empty zone is left out", async () => {
    const azure = await service((request, response) => {
      const known =
        request.url === "/metadata/instance/compute?api-version=2019-08-15" && request.headers.metadata === "true";
      response.writeHead(known ? 200 : 404);
      response.end(
        JSON.stringify({
          location: "westus2",
          name: "vm",
          resourceGroupName: "rg",
          subscriptionId: "sub",
          vmId: "id",
          vmSize: "D2",
          zone: "",
        }),
      );
    });
    expect(await detectCloud("azure", new RecordingLogger(), {}, { ...(await nowhere()), azure })).toEqual({
      provider: "azure",
      account: { id: "sub" },
      instance: { id: "id", name: "vm" },
      project: { name: "rg" },
      availability_zone: undefined,
      machine: { type: "D2" },
      region: "westus2",
    });
  });

  it("W-28 reads Azure App Service's environment, only if it is complete", async () => {
    const env = {
      WEBSITE_OWNER_NAME: "f5940f10-2e30-3e4d-a259-63451ba6dae4+elastic-apm-AustraliaEastwebspace-Linux",
      WEBSITE_INSTANCE_ID: "instance_id",
      WEBSITE_SITE_NAME: "site_name",
      WEBSITE_RESOURCE_GROUP: "resource_group",
    };
    expect(await detectCloud("auto", new RecordingLogger(), env, await nowhere())).toEqual({
      provider: "azure",
      account: { id: "f5940f10-2e30-3e4d-a259-63451ba6dae4" },
      region: "AustraliaEast",
      instance: { id: "instance_id", name: "site_name" },
      project: { name: "resource_group" },
    });
    for (const incomplete of [
      { ...env, WEBSITE_SITE_NAME: "" },
      { ...env, WEBSITE_OWNER_NAME: "no plus" },
    ]) {
      expect(await detectCloud("auto", new RecordingLogger(), incomplete, await nowhere())).toBeUndefined();
    }
  });

  it("W-28 asks in the order aws, gcp, azure, and nobody with none", async () => {
    const seen: string[] = [];
    const failing = (name: string) =>
      service((_request, response) => {
        seen.push(name);
        response.end("not json");
      });
    const [aws, gcp, azure] = await Promise.all([failing("aws"), failing("gcp"), failing("azure")]);
    const services = { ...(await nowhere()), aws, azure, findGcp: async () => gcp };
    expect(await detectCloud("auto", new RecordingLogger(), {}, services)).toBeUndefined();
    expect(seen).toEqual(["aws", "aws", "gcp", "azure"]);
    expect(await detectCloud("none", new RecordingLogger(), {}, services)).toBeUndefined();
    expect(seen).toHaveLength(4);
  });

  it("W-28 warns when the one cloud that was named does not answer, and is silent for auto", async () => {
    const logger = new RecordingLogger();
    expect(await detectCloud("aws", logger, {}, await nowhere())).toBeUndefined();
    expect(logger.of("warn")).toEqual([expect.stringContaining("cloud_provider is aws")]);
    await detectCloud("auto", logger, {}, await nowhere());
    expect(logger.of("warn")).toHaveLength(1);
  });

  it("W-28 gives up on a service that never answers, after a tenth of a second or a second", async () => {
    const hanging = await service(() => {});
    const services = { ...(await nowhere()), findGcp: async () => hanging, requestMs: 50 };
    expect(await detectCloud("gcp", new RecordingLogger(), {}, services)).toBeUndefined();
    expect(CLOUD_SERVICES).toMatchObject({ connectMs: 100, requestMs: 1000, aws: "169.254.169.254:80" });
  });
});
