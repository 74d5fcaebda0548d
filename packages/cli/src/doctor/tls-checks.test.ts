import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certify } from "../../../agent/src/transport/certificate.testing.js";
import { runCommandLine } from "../command.testing.js";

/** An APM Server as far as the doctor asks; its clock is off by so many seconds. */
const apmServer =
  (offS = 0): RequestListener =>
  (request, response) => {
    response.setHeader("Date", new Date(Date.now() + offS * 1000).toUTCString());
    request.resume().on("end", () => {
      if (request.url?.startsWith("/config")) response.writeHead(200, { ETag: '"-"' }).end("{}");
      else if (request.method === "POST") response.writeHead(202).end();
      else response.end('{"version":"9.0.0"}');
    });
  };

const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

let directory: string;
let authorityFile: string;
let certFile: string;
let tlsPort: number;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-doctor-"));
  const authority = certify({ name: "authority", authority: true });
  const identity = certify({ name: "server", hosts: ["127.0.0.1"], issuer: authority });
  authorityFile = join(directory, "authority.pem");
  writeFileSync(authorityFile, authority.cert);
  certFile = join(directory, "server.pem");
  writeFileSync(certFile, identity.cert);
  tlsPort = await listen(createTlsServer({ cert: identity.cert, key: identity.key }, apmServer()));
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The doctor's finding of one check, or undefined. */
async function finding(check: string, env: Record<string, string>): Promise<object | undefined> {
  const { stdout } = await runCommandLine(["doctor", "--json", "--directory", directory], {
    ELASTIC_APM_CLOUD_PROVIDER: "none",
    ...env,
  });
  const { findings } = JSON.parse(stdout) as { findings: { check: string }[] };
  return findings.find((each) => each.check === check);
}

describe("the doctor and TLS", () => {
  it.each<[string, () => Record<string, string>, object | undefined]>([
    ["an unknown authority", () => ({}), { verdict: "fail", fix: expect.stringContaining("SERVER_CA_CERT_FILE") }],
    ["the known authority", () => ({ ELASTIC_APM_SERVER_CA_CERT_FILE: authorityFile }), { verdict: "pass" }],
    ["a pinned certificate", () => ({ ELASTIC_APM_SERVER_CERT: certFile }), { verdict: "pass" }],
    ["another pinned certificate", () => ({ ELASTIC_APM_SERVER_CERT: authorityFile }), { verdict: "fail" }],
    ["no check at all", () => ({ ELASTIC_APM_VERIFY_SERVER_CERT: "false" }), { verdict: "warn" }],
  ])("judges %s", async (_, env, expected) => {
    expect(await finding("tls", { ELASTIC_APM_SERVER_URL: `https://127.0.0.1:${tlsPort}`, ...env() })).toMatchObject(
      expected ?? {},
    );
  });

  it("tells https:// from http:// on either side", async () => {
    const plainPort = await listen(createHttpServer(apmServer()));
    expect(await finding("tls", { ELASTIC_APM_SERVER_URL: `https://127.0.0.1:${plainPort}` })).toMatchObject({
      verdict: "fail",
      fix: expect.stringContaining("write http://"),
    });
    expect(await finding("server-reachable", { ELASTIC_APM_SERVER_URL: `http://127.0.0.1:${tlsPort}` })).toMatchObject({
      verdict: "fail",
      fix: expect.stringContaining("write https://"),
    });
  });
});

it("commands that read say how a certificate is trusted, and trust it then", async () => {
  const url = `https://127.0.0.1:${tlsPort}`;
  const untrusted = await runCommandLine(["query", "m", "--url", url]);
  expect(untrusted.stderr).toContain("NODE_EXTRA_CA_CERTS");
  const trusted = await runCommandLine(["query", "m", "--url", url], { NODE_EXTRA_CA_CERTS: authorityFile });
  expect(trusted.stderr).not.toContain("certificate");
});

describe("the doctor and the clock", () => {
  it.each([
    [0, "pass"],
    [-20, "warn"],
    [7200, "fail"],
  ])("judges a server that is %d s off: %s", async (offS, verdict) => {
    const port = await listen(createHttpServer(apmServer(offS)));
    expect(await finding("clock", { ELASTIC_APM_SERVER_URL: `http://127.0.0.1:${port}` })).toMatchObject({ verdict });
  });
});
