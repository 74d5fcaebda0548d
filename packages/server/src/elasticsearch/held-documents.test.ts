import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Batch } from "../output/output.js";
import type { ElasticsearchOptions, ElasticsearchOutput } from "./elasticsearch-output.js";
import { directory, logged, node, open as openOutput, until } from "./output-fixture.testing.js";
import { thisHour } from "./queue/disk-queue.js";

/** Nothing here has to wait for an agent's time to be over. */
const open = (options: Partial<ElasticsearchOptions> = {}): Promise<ElasticsearchOutput> =>
  openOutput({ patienceMs: 60_000, ...options });

let sequence = 0;
/** Documents of a service with one sample called `metric`, numbered from 0. */
function batch(metric: string, count = 1, service = "shop"): Batch {
  return {
    batchId: `producer:${++sequence}`,
    receivedAtMs: Date.now(),
    fromTidegauge: true,
    clientAddress: undefined,
    metadata: { service: { name: service, agent: { name: "nodejs", version: "1" } } },
    metricsets: Array.from({ length: count }, (_, index) => ({
      timestamp: 1_700_000_000_000_000 + index,
      samples: { [metric]: { value: index } },
    })),
    lines: Array.from({ length: count }, (_, index) => index + 1),
  };
}

function figure(output: ElasticsearchOutput, name: string): number | undefined {
  return output.figures().find((metric) => metric.name === `tidegauge_elasticsearch_${name}`)?.values[0]?.[1];
}

/** What is held has been so for some hours. */
function held(hours: number): void {
  const queue = join(directory, "queue");
  for (const name of readdirSync(queue))
    renameSync(join(queue, name), join(queue, name.replace(/-held\d+/, `-held${thisHour() - hours}`)));
}

const bulks = (): number => node.requests.filter(({ path }) => path === "/_bulk").length;
const letters = (): { status: number; reason: string; source: unknown }[] => {
  const path = join(directory, "dead-letters.ndjson");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { status: number; reason: string; source: unknown });
};

describe("documents that a node refuses for now", () => {
  it.each([500, 503, 403])(
    "SRV-82 stop no others, and are taken when the node does (item status %i)",
    async (status) => {
      const output = await open();
      node.itemStatus = ({ source }) => (source.a === 1 ? status : undefined);
      await output.write(batch("a", 3));
      expect([node.count("a"), figure(output, "held_bytes")]).toEqual([2, expect.any(Number)]);
      await output.write(batch("later"));
      // Taken at once: not behind what is held.
      expect(node.count("later")).toBe(1);
      const tried = bulks();
      await until(() => bulks() >= tried + 3);
      await output.write(batch("later"));
      expect(node.count("later")).toBe(2);
      expect(figure(output, "available")).toBe(1);
      expect(figure(output, "held_bytes")).toBeGreaterThan(0);
      expect(figure(output, "dead_letters_total")).toBe(0);
      expect(output.ready()).toEqual({ ready: true });
      const errors = logged.filter((line) => line.startsWith("error"));
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain(
        `1 documents are refused for now, of metrics-apm.app.shop-default for instance (${status} t: r)`,
      );
      node.itemStatus = () => undefined;
      await until(() => figure(output, "queue_bytes") === 0);
      expect(node.count("a")).toBe(3);
      expect(figure(output, "held_bytes")).toBe(0);
    },
  );

  it("SRV-82 in the disk queue are passed over, and lie there across a restart", async () => {
    const output = await open({ patienceMs: 200 });
    node.bulkStatus = 503;
    await output.write(batch("a", 3));
    await output.write(batch("b", 3));
    node.itemStatus = ({ source }) => (source.a === 0 ? 500 : undefined);
    node.bulkStatus = undefined;
    await until(() => node.count("a") === 2 && node.count("b") === 3);
    await until(() => figure(output, "queue_bytes") === figure(output, "held_bytes"));
    await output.close();
    expect(readdirSync(join(directory, "queue"))).toEqual([expect.stringMatching(/-held\d+\.bulk$/)]);
    const next = await open();
    expect(figure(next, "held_bytes")).toBeGreaterThan(0);
    node.itemStatus = () => undefined;
    await until(() => figure(next, "queue_bytes") === 0);
    expect(node.documents.size).toBe(6);
  });

  it("SRV-82 are tried in turn: those of one hour keep the others waiting no longer than a pause", async () => {
    const output = await open();
    node.itemStatus = () => 503;
    await output.write(batch("older", 2));
    await output.close();
    held(2);
    const next = await open();
    await next.write(batch("newer", 2));
    node.itemStatus = ({ source }) => ("older" in source ? 503 : undefined);
    await until(() => node.count("newer") === 2);
    expect(figure(next, "held_bytes")).toBeGreaterThan(0);
    node.itemStatus = () => undefined;
    await until(() => figure(next, "queue_bytes") === 0);
    expect(node.count("older")).toBe(2);
  });

  it("SRV-83 take half of the disk queue at most: then their batches are refused, and others are not", async () => {
    const output = await open({ queueBytes: 6_000 });
    node.itemStatus = ({ source }) => ("a" in source ? 403 : undefined);
    await output.write(batch("a", 3));
    await expect(output.write(batch("a", 6))).rejects.toMatchObject({ code: "OUTPUT_FULL", status: 503 });
    await output.write(batch("b", 6));
    expect(node.count("b")).toBe(6);
    expect(output.ready()).toEqual({ ready: true });
    node.itemStatus = () => undefined;
    await until(() => figure(output, "queue_bytes") === 0);
    await output.write(batch("a", 6));
    expect(node.count("a")).toBe(9);
  });

  it("SRV-82 make the nodes unavailable when nothing else is taken, and the server not ready when they have no room", async () => {
    const output = await open({ queueBytes: 4_000 });
    node.itemStatus = () => 403;
    node.itemErrorType = "security_exception";
    await output.write(batch("a", 2));
    expect(figure(output, "available")).toBe(0);
    expect(output.ready()).toEqual({ ready: true });
    await expect(output.write(batch("a", 6))).rejects.toMatchObject({ code: "OUTPUT_FULL" });
    expect(output.ready()).toMatchObject({ ready: false, reason: expect.stringContaining("no room") });
    node.itemStatus = () => undefined;
    await until(() => output.ready().ready && figure(output, "available") === 1);
    expect(node.count("a")).toBe(2);
  });

  it.each([429, 400, 404])("SRV-82 are those that meet a blocked index, whatever the status (%i)", async (status) => {
    const output = await open();
    node.itemStatus = ({ source }) => ("a" in source ? status : undefined);
    node.itemErrorType = "cluster_block_exception";
    expect(await output.write(batch("a", 2))).toEqual({ repeated: false, refused: {} });
    await output.write(batch("b"));
    expect(node.count("b")).toBe(1);
    node.itemStatus = () => undefined;
    await until(() => node.count("a") === 2);
  });

  it("SRV-82 are dead letters after a day when they may be to blame themselves, and not when the cluster is", async () => {
    const output = await open();
    node.itemStatus = ({ source }) => (source.a === 0 ? 500 : source.a === 1 ? 503 : 403);
    await output.write(batch("a", 3));
    await output.close();
    held(30);
    const next = await open();
    await until(() => figure(next, "dead_letters_total") === 1);
    node.itemStatus = () => undefined;
    await until(() => figure(next, "queue_bytes") === 0);
    expect(node.count("a")).toBe(2);
    expect(letters()).toMatchObject([{ status: 500, reason: "t: r", source: { a: 0 } }]);
  });
});

describe("a whole request that is refused with 400", () => {
  it("SRV-82 by something that is no search node is sent again, in one piece", async () => {
    const output = await open({ patienceMs: 300 });
    node.bulkStatus = 400;
    node.bulkText = "<h1>The plain HTTP request was sent to HTTPS port</h1>";
    const before = bulks();
    expect(await output.write(batch("a", 20))).toEqual({ repeated: false, refused: {} });
    expect(bulks() - before).toBeLessThan(10);
    expect(figure(output, "available")).toBe(0);
    node.bulkStatus = undefined;
    await until(() => figure(output, "queue_bytes") === 0);
    expect([node.count("a"), letters()]).toEqual([20, []]);
  });

  it("SRV-82 down to its last document blames none of them", async () => {
    const output = await open();
    node.bulkStatus = 400;
    expect(await output.write(batch("a", 4))).toEqual({ repeated: false, refused: {} });
    expect(figure(output, "held_bytes")).toBeGreaterThan(0);
    node.bulkStatus = undefined;
    await until(() => figure(output, "queue_bytes") === 0);
    expect([node.count("a"), letters()]).toEqual([4, []]);
  });
});
