import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeSearchNode } from "./elasticsearch/fake-search-node.testing.js";
import { createLogger } from "./health/log.js";
import { parseOptions, type ServerOptions } from "./options.js";
import { describeOutput, TIME_US } from "./output/output.cases.js";
import { type Outputs, openOutputs } from "./outputs.js";
import { type RunningServer, startServer } from "./server.js";
import { scanOf } from "./store/batch.testing.js";
import { METADATA_LINE, metricsetLine, send } from "./testing/receiver-fixture.js";

let dataDir: string;
let node: FakeSearchNode;

async function prepare(): Promise<ServerOptions> {
  dataDir = mkdtempSync(join(tmpdir(), "tidegauge-outputs-"));
  node = new FakeSearchNode();
  return { dataDir, port: 0, retention: "0", logLevel: "silent", elasticsearchUrl: await node.start() };
}

async function tidy(): Promise<void> {
  await node.stop().catch(() => {});
  rmSync(dataDir, { recursive: true, force: true });
}

async function countInStore({ store }: Outputs, metric: string): Promise<number> {
  const fromMs = TIME_US / 1000;
  const request = scanOf({ metric, fromMs, toMs: fromMs + 1000, aggregation: "count" });
  return (await store?.scan(request))?.series[0]?.values[0] || 0;
}

describeOutput("the store and Elasticsearch at once", async () => {
  const options = await prepare();
  const outputs = await openOutputs(
    parseOptions({ ...options, output: "store,elasticsearch" }),
    createLogger("silent"),
  );
  return {
    output: outputs.output,
    stored: async (metric) => {
      const [inNode, inStore] = [node.count(metric), await countInStore(outputs, metric)];
      expect(inNode, "both have the same").toBe(inStore);
      return inStore;
    },
    dispose: async () => {
      await outputs.output.close();
      await tidy();
    },
  };
});

describe("outputs of a server", () => {
  let options: ServerOptions;
  let server: RunningServer | undefined;
  beforeEach(async () => {
    options = await prepare();
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await tidy();
  });
  async function start(more: ServerOptions): Promise<string> {
    server = await startServer({ ...options, ...more });
    return server.url;
  }
  const post = (url: string, value: number, batch: string) =>
    send(`${url}/intake/v2/events?verbose`, {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson", "X-Tidegauge-Batch": batch },
      body: METADATA_LINE + metricsetLine("a", value),
    });

  it("SRV-80 elasticsearch alone opens no store, makes no file of it, and says so to whoever asks for data", async () => {
    const url = await start({ output: "elasticsearch" });
    expect(await post(url, 1, "e:1")).toMatchObject({ status: 202, json: { accepted: 1 } });
    expect(node.count("a")).toBe(1);
    expect(readdirSync(dataDir)).toEqual(["elasticsearch"]);
    for (const path of ["services", "metrics?service=x", "labels", "query?metric=a", "breakdown", "export", "events"]) {
      const answer = await send(`${url}/api/v1/${path}`);
      expect(answer).toMatchObject({ status: 404, json: { error: { code: "no_store" } } });
    }
    expect((await send(`${url}/readyz`)).status).toBe(200);
  });

  it("the store goes on while the nodes are away, and they get what they missed", async () => {
    const url = await start({ output: "store,elasticsearch" });
    await post(url, 1, "e:1");
    await node.stop();
    for (let i = 2; i <= 4; i++) expect((await post(url, i, `e:${i}`)).status).toBe(202);
    expect(node.count("a")).toBe(1);
    const { json } = await send(`${url}/api/v1/services`);
    expect((json as { services: unknown[] }).services).toHaveLength(1);
    expect(existsSync(join(dataDir, "manifest.json"))).toBe(true);
    await node.start();
    await expect.poll(() => node.count("a"), { timeout: 15_000 }).toBe(4);
  });

  it("SRV-26 a batch that the nodes' queue refuses is not in the store either, and is there once when it is repeated", async () => {
    const url = await start({ output: "store,elasticsearch", elasticsearchQueueSize: "10" });
    node.bulkStatus = 429;
    expect(await post(url, 1, "e:1")).toMatchObject({ status: 503 });
    expect((await send(`${url}/readyz`)).text).toContain("queue is full");
    node.bulkStatus = undefined;
    await expect.poll(async () => (await send(`${url}/readyz`)).status, { timeout: 15_000 }).toBe(200);
    for (let i = 0; i < 2; i++) expect(await post(url, 1, "e:1")).toMatchObject({ status: 202, json: { accepted: 1 } });
    expect(node.count("a")).toBe(1);
    const metrics = (await send(`${url}/metrics`)).text;
    expect(metrics).toContain("tidegauge_repeated_batches_total 1");
    expect(metrics).toContain("tidegauge_elasticsearch_available 1");
  });

  it("SRV-2 a file of authorities that is not there ends the start with a code and leaves nothing open", async () => {
    const starting = startServer({ ...options, output: "elasticsearch", elasticsearchCaCert: join(dataDir, "no.pem") });
    await expect(starting).rejects.toMatchObject({
      code: "OUTPUT_UNUSABLE",
      message: expect.stringContaining("no.pem"),
    });
  });
});

describe("Elasticsearch alone", () => {
  it("does not load the store's engine: its library takes memory that nothing would use", async () => {
    const options = await prepare();
    try {
      const index = new URL("../dist/index.js", import.meta.url).href;
      const script = `import { startServer } from ${JSON.stringify(index)};
        const server = await startServer(${JSON.stringify({ ...options, output: "elasticsearch" })});
        console.log(process.report.getReport().sharedObjects.filter((path) => path.includes("duckdb")).join());
        await server.close();`;
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
      expect(stdout.trim()).toBe("");
    } finally {
      await tidy();
    }
  });
});
