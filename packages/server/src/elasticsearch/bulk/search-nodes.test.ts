import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeSearchNode } from "../fake-search-node.testing.js";
import { SearchNodes, type SearchNodesOptions } from "./search-nodes.js";

const opened: { close(): unknown }[] = [];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-nodes-"));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(directory, { recursive: true, force: true });
});

function client(urls: readonly string[], options: Partial<SearchNodesOptions> = {}): SearchNodes {
  const nodes = new SearchNodes({ urls, apiKey: undefined, caFile: undefined, timeoutMs: 5_000, ...options });
  opened.push(nodes);
  return nodes;
}

async function fake(prepare: (node: FakeSearchNode) => void = () => {}): Promise<FakeSearchNode> {
  const node = new FakeSearchNode();
  prepare(node);
  await node.start();
  opened.push({ close: () => node.stop().catch(() => {}) });
  return node;
}

/** A certificate for 127.0.0.1 that only its own file vouches for; undefined where openssl is not there. */
function certificate(): { cert: Buffer; key: Buffer; file: string } | undefined {
  const file = join(directory, "cert.pem");
  const key = join(directory, "key.pem");
  const how = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=node"];
  try {
    execFileSync("openssl", [...how, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", file], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  return { cert: readFileSync(file), key: readFileSync(key), file };
}

describe("search nodes", () => {
  it("SRV-80 are reached by TLS with the authorities of a file, and not without", async (context) => {
    const made = certificate();
    if (made === undefined) return context.skip("openssl is not here to make a certificate");
    const node = await fake((it) => {
      it.tls = made;
    });
    const { status } = await client([node.url], { caFile: made.file }).ask("GET", "_index_template/metrics-apm.*");
    expect(status).toBe(200);
    await expect(client([node.url]).ask("GET", "x")).rejects.toThrow(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  });

  it("say at once that a file of authorities cannot be read", () => {
    expect(() => client(["https://127.0.0.1:1"], { caFile: join(directory, "none.pem") })).toThrow("none.pem");
  });

  it("take turns", async () => {
    const nodes = [await fake(), await fake(), await fake()];
    const asked = client(nodes.map(({ url }) => url));
    for (let i = 0; i < 6; i++) await asked.ask("GET", "x");
    expect(nodes.map(({ requests }) => requests.length)).toEqual([2, 2, 2]);
  });

  it("let the next answer for one that is away or answers 503, and leave that one alone for a while", async () => {
    const [ill, well] = [await fake(), await fake()];
    ill.bulkStatus = 503;
    const asked = client([ill.url, well.url]);
    const body = Buffer.from('{"create":{"_index":"i","_id":"1"}}\n{}\n');
    for (let i = 0; i < 6; i++) expect((await asked.ask("POST", "_bulk", body)).status).toBe(200);
    expect([ill.requests.length, well.requests.length]).toEqual([1, 6]);
    await well.stop();
    await expect(asked.ask("POST", "_bulk", body)).rejects.toThrow(/HTTP 503.*ECONNREFUSED|ECONNREFUSED.*HTTP 503/);
  });

  it("keep the path of their URL, for a proxy in front", async () => {
    const node = await fake();
    await client([`${node.url}/search/`]).ask("GET", "_cluster/health");
    await client([`${node.url}/search`]).ask("GET", "_cluster/health");
    expect(node.requests.map(({ path }) => path)).toEqual(["/search/_cluster/health", "/search/_cluster/health"]);
  });

  it("are not taken for away when an idle connection was closed by the node", async () => {
    const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      // The first connection answers once and is reset at its second request, as one that has just been closed.
      socket.on("data", () => {
        if (sockets.length === 1 && socket.bytesWritten > 0) socket.resetAndDestroy();
        else socket.write(answer);
      });
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push(server);
    const { port } = server.address() as { port: number };
    const asked = client([`http://127.0.0.1:${port}`]);
    for (let i = 0; i < 2; i++) expect((await asked.ask("GET", "x")).text).toBe("{}");
    expect(sockets.length).toBe(2);
    for (const socket of sockets) socket.destroy();
  });

  it("are given up after a time without an answer, and at once when closed", async () => {
    const node = await fake((it) => {
      it.hangs = true;
    });
    await expect(client([node.url], { timeoutMs: 50 }).ask("GET", "x")).rejects.toThrow("no answer within 50 ms");
    const asked = client([node.url], { timeoutMs: 600_000 });
    const asking = expect(asked.ask("GET", "x")).rejects.toThrow("closing");
    while (node.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    asked.close();
    await asking;
    await expect(asked.ask("GET", "x")).rejects.toThrow("closing");
  });
});
