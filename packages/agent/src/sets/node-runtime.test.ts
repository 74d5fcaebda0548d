import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";
import { EVENT_LOOP_METRICS, EventLoopMetricSet } from "./event-loop.js";
import { LoopDelay } from "./loop-delay.js";
import { NODE_RUNTIME_METRICS, NodeRuntimeMetricSet } from "./node-runtime.js";

const block = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const internal = readFileSync("packages/agent/src/sets/internal-metric-names.testing.txt", "utf8").split("\n");

describe("NodeRuntimeMetricSet", () => {
  it("RT-1 RT-2 RT-4 RT-5 RT-6 RT-7 sends seven gauges, the figures of the process", async () => {
    const { registry, collect } = testRegistry();
    const set = registry.register(NodeRuntimeMetricSet);
    const [payload] = await collect();
    const memory = process.memoryUsage();
    expect(Object.keys(payload?.samples ?? {}).sort()).toEqual(NODE_RUNTIME_METRICS.map(({ name }) => name).sort());
    for (const sample of Object.values(payload?.samples ?? {})) expect(sample.type).toBe("gauge");
    const value = (name: string): number => payload?.samples[name]?.value as number;
    expect(Math.abs(value("nodejs.memory.heap.allocated.bytes") - memory.heapTotal)).toBeLessThan(50e6);
    expect(value("nodejs.memory.heap.used.bytes")).toBeLessThanOrEqual(value("nodejs.memory.heap.allocated.bytes"));
    expect(value("nodejs.memory.external.bytes")).toBeGreaterThan(0);
    expect(value("nodejs.memory.arrayBuffers.bytes")).toBeGreaterThan(0);
    expect(payload).not.toHaveProperty("tags");
    set.close();
  });

  it("RT-1 RT-12 counts an open server among the handles", async () => {
    const { registry, collect } = testRegistry();
    const set = registry.register(NodeRuntimeMetricSet);
    const handles = async (): Promise<number> =>
      (await collect())[0]?.samples["nodejs.handles.active"]?.value as number;
    const before = await handles();
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    expect(await handles()).toBe(before + 1);
    await new Promise((resolve) => server.close(resolve));
    set.close();
  });

  it("RT-1 RT-2 falls back where the private functions are gone", async () => {
    const { registry, collect } = testRegistry();
    const set = registry.adopt(new NodeRuntimeMetricSet(registry, {}));
    const samples = (await collect())[0]?.samples;
    expect(samples?.["nodejs.handles.active"]?.value).toBe(process.getActiveResourcesInfo().length);
    expect(samples?.["nodejs.requests.active"]?.value).toBe(0);
    set.close();
  });

  it("RT-3 shows how late the event loop was, each interval anew, and 0 without a sample", async () => {
    const { registry, collect } = testRegistry();
    const set = registry.register(NodeRuntimeMetricSet);
    const delay = async (): Promise<number> =>
      (await collect())[0]?.samples["nodejs.eventloop.delay.avg.ms"]?.value as number;
    // A sample comes every ten milliseconds, so an interval that is shorter has none, unless the machine lets us wait.
    const withoutSample = () => expect.poll(delay, { interval: 0 }).toBe(0);
    await withoutSample();
    await turn(30);
    block(300);
    await turn(60);
    expect(await delay()).toBeGreaterThan(20);
    await withoutSample();
    set.close();
  });

  it("RT-11 stops its monitor when the last set that reads it is closed", () => {
    const { registry } = testRegistry();
    const one = registry.register(NodeRuntimeMetricSet);
    const two = registry.register(EventLoopMetricSet);
    const monitor = LoopDelay.for(registry, one);
    expect(monitor).toBe(LoopDelay.for(registry, two));
    expect(monitor.isRunning).toBe(true);
    registry.close();
    expect(monitor.isRunning).toBe(false);
  });

  it("RT-7 each can be switched off alone, and SRV-60 all names are on Elastic's internal list", async () => {
    const { registry, collect } = testRegistry({
      disableMetrics: [{ matches: (name) => name.startsWith("nodejs.memory") }],
    });
    const set = registry.register(NodeRuntimeMetricSet);
    expect(Object.keys((await collect())[0]?.samples ?? {})).toHaveLength(3);
    for (const { name } of NODE_RUNTIME_METRICS) expect(internal).toContain(name);
    set.close();
  });
});

describe("EventLoopMetricSet", () => {
  it("sends utilisation and percentiles, and garbage collections by kind", async () => {
    const { registry, collect } = testRegistry();
    const set = registry.register(EventLoopMetricSet);
    await turn(25);
    block(120);
    let garbage: unknown[] = [];
    for (let round = 0; round < 200; round++)
      garbage = Array.from({ length: 20_000 }, () => ({ garbage: garbage.length }));
    await turn(60);
    const sent = await collect();
    const bare = sent.find((payload) => payload.tags === undefined)?.samples;
    expect(bare?.["nodejs.eventloop.utilization"]?.value).toBeGreaterThan(0.2);
    expect(bare?.["nodejs.eventloop.utilization"]?.value).toBeLessThanOrEqual(1);
    expect(bare?.["nodejs.eventloop.delay.p99.ms"]?.value).toBeGreaterThan(50);
    expect(bare?.["nodejs.eventloop.delay.p99.ms"]?.value).toBeGreaterThanOrEqual(
      bare?.["nodejs.eventloop.delay.p50.ms"]?.value as number,
    );
    const minor = sent.find((payload) => payload.tags?.kind === "minor")?.samples["nodejs.gc.duration.ms"];
    expect(minor).toMatchObject({ type: "histogram", temporality: "delta" });
    expect(minor?.counts?.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    set.close();
  });

  it("gives each of two sets the same interval of the shared monitor", async () => {
    const { registry, collect } = testRegistry();
    registry.register(NodeRuntimeMetricSet);
    registry.register(EventLoopMetricSet);
    for (let round = 0; round < 2; round++) {
      await turn(30);
      block(150);
      await turn(50);
      const sent = await collect();
      const value = (name: string): number =>
        sent.find((payload) => name in payload.samples)?.samples[name]?.value as number;
      expect(value("nodejs.eventloop.delay.avg.ms")).toBeGreaterThan(5);
      expect(value("nodejs.eventloop.delay.p99.ms")).toBeGreaterThan(80);
    }
    registry.close();
  });

  it("SRV-60 keeps its names, none of them on the internal list, out of other sets' metricsets", () => {
    for (const { name } of EVENT_LOOP_METRICS) expect(internal).not.toContain(name);
  });
});
