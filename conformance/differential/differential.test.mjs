import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { MetricSet, SpanBoundMetricSet } from "@tidegauge/agent";
import { describe, expect, it } from "vitest";
import { quietClient } from "../quiet-client.mjs";
import { prometheusProgram, randomProgram } from "./programs.mjs";

const require = createRequire(import.meta.url);
const prom = require("prom-client");
const here = new URL(".", import.meta.url).pathname;
const interpreter = `${here}.venv/bin/python`;
const python = (script, input, ...args) =>
  JSON.parse(execFileSync(interpreter, [`${here}${script}`, ...args], { input, maxBuffer: 1e9 }));

const ours = (options) => quietClient({ seriesExpiry: 0, ...options });

/** The program through this agent: what each collection sent. */
async function run(program) {
  const registry = new prom.Registry();
  const { client, transport } = ours({
    disableMetrics: program.disable ?? [],
    ...(program.prometheus ? { prometheusMetrics: true, prometheusRegistry: registry } : {}),
  });
  await client.metrics.loaded();
  const sets = { base: client.metrics.register(MetricSet), span: client.metrics.register(SpanBoundMetricSet) };
  const instruments = new Map();
  const collections = [];
  for (const step of program.steps) {
    if (step.op === "collect") {
      transport.clear();
      await client.collect();
      collections.push([...transport.metricsets]);
    } else if (step.op === "prometheus") {
      let instrument = instruments.get(step.name);
      if (instrument === undefined) {
        const Kind = { counter: prom.Counter, gauge: prom.Gauge, summary: prom.Summary, histogram: prom.Histogram }[
          step.kind
        ];
        const extra = step.kind === "histogram" ? { buckets: step.buckets } : {};
        instrument = new Kind({
          name: step.name,
          help: "help",
          labelNames: step.names,
          registers: [registry],
          ...extra,
        });
        instruments.set(step.name, instrument);
      }
      const target = step.names.length > 0 ? instrument.labels(...step.values) : instrument;
      target[{ counter: "inc", gauge: "set" }[step.kind] ?? "observe"](step.value);
    } else {
      const metric = sets[step.set ?? "base"][step.op](step.name, step.labels, {
        resetOnCollect: step.reset === true,
        ...(step.unit === undefined ? {} : { unit: step.unit }),
        ...(step.buckets === undefined ? {} : { buckets: step.buckets }),
      });
      if (step.call === "val") metric.val = step.op === "timer" ? step.args : step.args[0];
      else metric[step.call](...step.args);
    }
  }
  return collections;
}

/**
 * One collection without what the deviation table (registry-and-metricsets §1.9) lets differ, and without the time: `temporality` (D-REG-14), empty tags
 * (D-REG-10), gauges without a value (D-REG-5), resetting timers whose sum is 0 (D-REG-11), resetting histograms that are all zeros (D-REG-13).
 */
function comparable(collection) {
  const groups = [];
  for (const { samples, tags, span, transaction } of collection) {
    const kept = {};
    for (const [name, { temporality, ...sample }] of Object.entries(samples)) {
      const resets = name.includes(".reset");
      if (sample.value === null) continue;
      const timer = /^(timer\..*)\.(sum(\.us)?|count)$/.exec(name);
      if (timer !== null && resets && (samples[`${timer[1]}.sum.us`] ?? samples[`${timer[1]}.sum`]).value === 0)
        continue;
      if (sample.type === "histogram" && resets && sample.counts.every((count) => count === 0)) continue;
      kept[name] = sample;
    }
    if (Object.keys(kept).length === 0) continue;
    groups.push({
      samples: Object.fromEntries(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(tags && Object.keys(tags).length > 0
        ? { tags: Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))) }
        : {}),
      ...(span ? { span } : {}),
      ...(transaction ? { transaction } : {}),
    });
  }
  return groups;
}

const sorted = (groups) => groups.map((group) => JSON.stringify(group)).sort();

describe.runIf(existsSync(interpreter))("the Python agent and this one", () => {
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

  it("REG-43 REG-45 send the same metricsets, field by field, for 100 random programs of all instruments", async () => {
    const programs = seeds.map(randomProgram);
    const theirs = python("agent.py", JSON.stringify(programs));
    let compared = 0;
    for (const [index, program] of programs.entries()) {
      const mine = await run(program);
      expect(mine).toHaveLength(theirs[index].length);
      for (const [round, collection] of mine.entries()) {
        expect(sorted(comparable(collection)), `seed ${seeds[index]}, collection ${round}`).toEqual(
          sorted(comparable(theirs[index][round])),
        );
        compared += collection.length;
      }
    }
    expect(compared).toBeGreaterThan(2000);
  });

  it("REG-33e REG-34 REG-35 REG-50 and where the tables say so they differ", async () => {
    const step = (op, name, call, args, more) => ({ op, name, call, args, labels: {}, ...more });
    const program = {
      steps: [
        step("gauge", "gauge.unset", "reset", [], { reset: true }),
        step("timer", "timer.zero", "update", [0, 2], { reset: true }),
        step("histogram", "histogram.zero", "reset", [], { reset: true }),
        step("counter", "counter", "inc", [], { reset: true }),
        { op: "collect" },
      ],
    };
    const [[[theirs]]] = python("agent.py", JSON.stringify([program]));
    const [[mine]] = await run(program);
    expect(Object.keys(theirs.samples).sort()).toEqual(["counter", "histogram.zero"]);
    expect(Object.keys(mine.samples).sort()).toEqual(["counter", "timer.zero.count", "timer.zero.sum"]);
    expect(mine.samples.counter).toEqual({ ...theirs.samples.counter, temporality: "delta" });
  });

  it("REG-36 REG-37 keep the same 1,000 series; what is refused there is in the overflow series here", async () => {
    const steps = Array.from({ length: 1200 }, (_, id) => ({
      op: "counter",
      name: "c",
      call: "inc",
      args: [],
      labels: { id: String(id) },
    }));
    const program = { steps: [...steps, { op: "collect" }] };
    const [[theirs]] = python("agent.py", JSON.stringify([program]));
    const [mine] = await run(program);
    expect(theirs).toHaveLength(1000);
    expect(sorted(comparable(mine.slice(0, 1000)))).toEqual(sorted(comparable(theirs)));
    expect(comparable(mine.slice(1000))).toEqual([{ samples: { c: { value: 200 } }, tags: { overflow: "true" } }]);
  });

  it("PROM-3 PROM-5 PROM-22 PROM-25 PROM-30 bridge each language's Prometheus client to the same metricsets, for 100 random programs", async () => {
    const programs = seeds.map(prometheusProgram);
    const theirs = python("agent.py", JSON.stringify(programs));
    let compared = 0;
    for (const [index, program] of programs.entries()) {
      for (const [round, collection] of (await run(program)).entries()) {
        expect(sorted(comparable(collection)), `seed ${seeds[index]}, collection ${round}`).toEqual(
          sorted(comparable(theirs[index][round])),
        );
        compared += collection.length;
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });
});

describe.runIf(existsSync(interpreter))("the exposition, read by PyPI's prometheus_client", () => {
  async function exposed(format) {
    const { client } = ours({ seriesExpiry: 10 });
    const set = client.metrics.register(MetricSet);
    set.counter("orders.total", { region: 'e"u\\\n' }, { description: 'orders "taken"\nso far' }).inc(3);
    set.counter("orders.total", { region: "us" }).inc(4);
    set.counter("up and down").dec(2);
    set.gauge("queue-depth").set(-1.5);
    set.gauge("1st", { __name__: "x", "a.b": "é" }).set(1e21);
    set.gauge("none");
    set.timer("checkout", { a: "b" }, { unit: "us" }).update(1500, 2);
    set
      .histogram("latency", {}, { buckets: [1, 10] })
      .update(0.5)
      .update(5, 2)
      .update(99);
    const resetting = set.counter("deltas", {}, { resetOnCollect: true }).inc(5);
    const sums = set.timer("sums", {}, { resetOnCollect: true }).update(2);
    class Reads extends MetricSet {
      async beforeCollect() {
        this.gauge("read_late").set(7);
      }
    }
    client.metrics.register(Reads);
    await client.metrics.exposition(format);
    await client.collect();
    resetting.inc(2);
    sums.update(3);
    const text = await client.metrics.exposition(format);
    const families = new Map(python("exposition.py", text, format).map((family) => [family.name, family]));
    // Nothing was reset by being looked at.
    expect(resetting.val).toBe(2);
    return { families, text };
  }

  it.each(["prometheus", "openmetrics"])(
    "API-27 %s: every instrument as its type, names and labels made legal, resets made up for",
    async (format) => {
      const { families, text } = await exposed(format);
      const samples = (name) => families.get(name)?.samples;
      expect(families.get("orders")).toMatchObject({
        type: "counter",
        help: 'orders "taken"\nso far',
        samples: [
          ["orders_total", { region: 'e"u\\\n' }, 3],
          ["orders_total", { region: "us" }, 4],
        ],
      });
      expect(families.get("up_and_down")).toMatchObject({ type: "gauge", samples: [["up_and_down", {}, -2]] });
      expect(samples("queue_depth")).toEqual([["queue_depth", {}, -1.5]]);
      expect(samples("_1st")).toEqual([["_1st", { _name__: "x", a_b: "é" }, 1e21]]);
      expect(families.has("none")).toBe(false);
      expect(families.get("checkout_us")).toMatchObject({
        type: "summary",
        samples: [
          ["checkout_us_sum", { a: "b" }, 1500],
          ["checkout_us_count", { a: "b" }, 2],
        ],
      });
      expect(families.get("latency").type).toBe("histogram");
      expect(samples("latency")).toEqual([
        ["latency_bucket", { le: "1" }, 1],
        ["latency_bucket", { le: "10" }, 3],
        ["latency_bucket", { le: "+Inf" }, 4],
        ["latency_sum", {}, 0.5 + 2 * 5.5 + 10],
        ["latency_count", {}, 4],
      ]);
      expect(samples("deltas")).toEqual([["deltas_total", {}, 7]]);
      expect(samples("sums")).toEqual([
        ["sums_sum", {}, 5],
        ["sums_count", {}, 2],
      ]);
      expect(samples("read_late")).toEqual([["read_late", {}, 7]]);
      expect(text.endsWith("# EOF\n")).toBe(format === "openmetrics");
    },
  );
});
