import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConfigOptions } from "../../config/index.js";
import { certify, type Identity } from "../certificate.testing.js";
import { harness, until } from "../harness.testing.js";

let directory: string;
let authority: Identity;
const servers: Server[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-tls-"));
  authority = certify({ name: "Test CA", authority: true });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** An https server with this certificate; counts the requests, and keeps the tokens, that reached it. */
async function serve(identity: Identity): Promise<{ url: string; tokens: (string | undefined)[]; port: number }> {
  const tokens: (string | undefined)[] = [];
  const server = createServer({ cert: identity.cert, key: identity.key }, (request, response) => {
    tokens.push(request.headers.authorization);
    request.resume().on("end", () => response.writeHead(202).end());
  });
  server.on("tlsClientError", () => {});
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, tokens, port };
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** Sends one event; resolves to whether it was accepted and to what was logged. */
async function send(options: ConfigOptions): Promise<{ accepted: boolean; errors: string[] }> {
  const { transport, queue, logger } = harness({ secretToken: "token", ...options });
  queue(1);
  void transport.flush().catch(() => {});
  // A connection that is refused is tried again: its reason stands in the log at once.
  await until(() => transport.stats().accepted === 1 || logger.of("error").some((line) => line.startsWith("sending")));
  const accepted = transport.stats().accepted === 1;
  await transport.close(1);
  return { accepted, errors: logger.of("error") };
}

describe("TLS", () => {
  it("W-70 trusts the authorities of server_ca_cert_file, and no others", async () => {
    const good = await serve(certify({ name: "good", hosts: ["localhost"], issuer: authority }));
    const serverCaCertFile = file("ca.pem", authority.cert);
    expect(await send({ serverUrl: good.url, serverCaCertFile })).toEqual({ accepted: true, errors: [] });
    expect(good.tokens).toEqual(["Bearer token"]);
    const refused = await send({ serverUrl: good.url });
    expect(refused.accepted).toBe(false);
    expect(refused.errors[0]).toMatch(/unable to verify|self.signed/);
    const stranger = certify({ name: "Stranger CA", authority: true });
    expect((await send({ serverUrl: good.url, serverCaCertFile: file("other.pem", stranger.cert) })).accepted).toBe(
      false,
    );
    expect(good.tokens, "no token reaches a server that is not trusted").toHaveLength(1);
  });

  it("W-70 checks the host name", async () => {
    const other = await serve(certify({ name: "other", hosts: ["apm.example.org"], issuer: authority }));
    const serverCaCertFile = file("ca.pem", authority.cert);
    const { accepted, errors } = await send({ serverUrl: other.url, serverCaCertFile });
    expect(accepted).toBe(false);
    expect(errors[0]).toMatch(/does not match certificate/);
    expect(other.tokens).toEqual([]);
  });

  it("W-70 accepts any certificate with verify_server_cert=false", async () => {
    const expired = await serve(certify({ name: "expired", hosts: ["elsewhere"], validDays: -1 }));
    expect((await send({ serverUrl: expired.url, verifyServerCert: false })).accepted).toBe(true);
    expect((await send({ serverUrl: expired.url })).accepted).toBe(false);
  });

  it("W-70 accepts exactly the certificate in server_cert: chain, validity and host name do not matter", async () => {
    const identity = certify({ name: "pinned", hosts: ["elsewhere"], validDays: -1 });
    const pinned = await serve(identity);
    const serverCert = file("pin.pem", identity.cert);
    expect(await send({ serverUrl: pinned.url, serverCert })).toEqual({ accepted: true, errors: [] });
  });

  it("W-70 refuses every other certificate when one is pinned, also with verify_server_cert=false, before any byte is sent", async () => {
    const other = await serve(certify({ name: "valid", hosts: ["localhost"], issuer: authority }));
    const { accepted, errors } = await send({
      serverUrl: other.url,
      serverCert: file("pin.pem", certify({ name: "pinned" }).cert),
      serverCaCertFile: file("ca.pem", authority.cert),
      verifyServerCert: false,
    });
    expect(accepted).toBe(false);
    expect(errors[0]).toMatch(/not the one in server_cert/);
    expect(other.tokens).toEqual([]);
  });

  it("W-70 reports a server_cert that is no certificate and checks as usual", async () => {
    const self = await serve(certify({ name: "self", hosts: ["localhost"] }));
    const { accepted, errors } = await send({ serverUrl: self.url, serverCert: file("bad.pem", "nonsense") });
    expect(accepted).toBe(false);
    expect(errors[0]).toMatch(/server_cert: .*bad\.pem ignored/);
    expect(self.tokens).toEqual([]);
  });
});
