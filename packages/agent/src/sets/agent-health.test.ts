import { describe, expect, it } from "vitest";
import { MetricSet } from "../metricset.js";
import { testRegistry } from "../registry.testing.js";
import { RecordingTransport } from "../testing/recording-transport.js";
import type { TransportStats } from "../transport/index.js";
import { AGENT_HEALTH_METRICS, AgentHealthMetricSet } from "./agent-health.js";

/** A transport whose figures the test sets. */
class Figures extends RecordingTransport {
  recorded = 0;
  drops = { queueFull: 0, rejected: 0, tooLarge: 0, spoolFull: 0, closed: 0 };
  requests = { succeeded: { requests: 0, bytes: 0 }, failed: { requests: 0, bytes: 0 } };
  extremes = { minPct: 0, maxPct: 0 };
  spooled = 0;

  override stats(): TransportStats {
    return { recorded: this.recorded, accepted: 0, queued: 0, spooled: this.spooled, dropped: this.drops };
  }

  health(): typeof this.requests {
    return this.requests;
  }

  takeQueueExtremes(): typeof this.extremes {
    return this.extremes;
  }
}

const healthRegistry = () => {
  const transport = new Figures();
  const test = testRegistry({ transport });
  test.registry.register(AgentHealthMetricSet);
  return {
    ...test,
    transport,
    values: async (): Promise<Record<string, number>> => {
      const before = transport.metricsets.length;
      await test.registry.collect();
      const values: Record<string, number> = {};
      for (const { samples, tags } of transport.metricsets.slice(before)) {
        for (const [name, sample] of Object.entries(samples))
          values[`${name} ${Object.values(tags ?? {})}`] = sample.value as number;
      }
      return values;
    },
  };
};

describe("AgentHealthMetricSet", () => {
  it("W-81 sends what totals have grown by: 7, 10, 10, 12 is 7, 3, nothing, 2", async () => {
    const { transport, values } = healthRegistry();
    const sent: (number | undefined)[] = [];
    for (const recorded of [7, 10, 10, 12]) {
      transport.recorded = recorded;
      sent.push((await values())["agent.events.total metricset"]);
    }
    expect(sent).toEqual([7, 3, undefined, 2]);
  });

  it("W-91 shows what waits on disk, once something did", async () => {
    const { transport, values } = healthRegistry();
    const shown: (number | undefined)[] = [];
    for (const spooled of [0, 5, 2, 0]) {
      transport.spooled = spooled;
      shown.push((await values())["agent.events.spooled "]);
    }
    expect(shown).toEqual([undefined, 5, 2, 0]);
  });

  it("W-80 W-93 files drops under queue or error, requests by success, and shows the queue's extremes", async () => {
    const { transport, values } = healthRegistry();
    transport.drops = { queueFull: 1, tooLarge: 2, closed: 4, rejected: 8, spoolFull: 16 };
    transport.requests = { succeeded: { requests: 3, bytes: 300 }, failed: { requests: 1, bytes: 90 } };
    transport.extremes = { minPct: 0.1, maxPct: 1 };
    expect(await values()).toEqual({
      "agent.events.dropped queue": 7,
      "agent.events.dropped error": 24,
      "agent.events.requests.count true": 3,
      "agent.events.requests.bytes true": 300,
      "agent.events.requests.count false": 1,
      "agent.events.requests.bytes false": 90,
      "agent.events.queue.min_size.pct generic": 0.1,
      "agent.events.queue.max_size.pct generic": 1,
    });
    expect(Object.keys(await values()).sort()).toEqual([
      "agent.events.queue.max_size.pct generic",
      "agent.events.queue.min_size.pct generic",
    ]);
  });

  it("REG-38 W-80 counts writes past a set's limit, in a metricset of their own", async () => {
    const transport = new Figures();
    const { registry } = testRegistry({ transport, seriesLimit: 10 });
    class Small extends MetricSet {}
    const set = registry.register(Small);
    const health = registry.register(AgentHealthMetricSet);
    for (let id = 0; id < 20; id++) set.counter("c", { id }).inc();
    for (let id = 0; id < 3; id++) set.gauge("g", { id }).set(1);
    await registry.collect();
    const overflow = transport.metricsets.filter((payload) => "agent.series.overflow" in payload.samples);
    expect(overflow).toEqual([
      expect.objectContaining({
        tags: { set: "Small" },
        samples: { "agent.series.overflow": { value: 13, temporality: "delta" } },
      }),
    ]);
    expect(health.table.clashes).toBe(false);
  });

  it("REG-38 W-80 adds up what overflows in sets of the same name", async () => {
    const { registry, values } = healthRegistry();
    const sets = Array.from({ length: 3 }, () => {
      class Metrics extends MetricSet {}
      return registry.register(Metrics);
    });
    const overflow = async (): Promise<number | undefined> => (await values())["agent.series.overflow Metrics"];
    const [first, second] = sets as [MetricSet, MetricSet, MetricSet];
    const refuse = (set: MetricSet, times: number): void => {
      for (let id = 0; id < times; id++) set.gauge("late", { id }).set(1);
    };
    for (const set of [first, second]) for (let id = 0; id < registry.seriesLimit; id++) set.gauge("full", { id });
    refuse(first, 5);
    expect(await overflow()).toBe(5);
    refuse(second, 3);
    expect(await overflow()).toBe(3);
    refuse(first, 1);
    refuse(second, 2);
    expect(await overflow()).toBe(3);
    expect(await overflow()).toBeUndefined();
  });

  it("works with a transport that keeps no figures", async () => {
    const { registry, collect, set } = testRegistry();
    registry.register(AgentHealthMetricSet);
    set.counter("c");
    expect((await collect()).map((payload) => payload.samples["agent.events.total"]?.value)).toContain(1);
  });

  it("describes every metric it sends", async () => {
    expect(AGENT_HEALTH_METRICS.map(({ name }) => name)).toEqual([
      "agent.events.total",
      "agent.events.dropped",
      "agent.events.queue.min_size.pct",
      "agent.events.queue.max_size.pct",
      "agent.events.requests.count",
      "agent.events.requests.bytes",
      "agent.events.spooled",
      "agent.series.overflow",
    ]);
  });
});
