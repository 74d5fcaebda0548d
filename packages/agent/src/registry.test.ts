import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MetricSet } from "./metricset.js";
import type { MetricsRegistry } from "./registry.js";
import { testRegistry } from "./registry.testing.js";
import { BUILT_IN_SETS, NodeRuntimeMetricSet } from "./sets/index.js";

describe("register(class)", () => {
  it("REG-60 REG-62 makes one instance with the registry as its only argument, and gives that one again", () => {
    const { registry } = testRegistry();
    const given: unknown[][] = [];
    class Own extends MetricSet {
      constructor(...args: [MetricsRegistry]) {
        super(args[0]);
        given.push(args);
      }
    }
    const set = registry.register(Own);
    expect(registry.register(Own)).toBe(set);
    expect(given).toEqual([[registry]]);
    expect(registry.getMetricSet(Own)).toBe(set);
  });

  it("REG-63 D-REG-6 API-17 throws a coded error when the constructor does", () => {
    const { registry } = testRegistry();
    class Broken extends MetricSet {
      constructor(r: MetricsRegistry) {
        super(r);
        throw new Error("no disk");
      }
    }
    expect(() => registry.register(Broken)).toThrow(expect.objectContaining({ code: "METRIC_SET_FAILED" }));
    expect(() => registry.register(Broken)).toThrow(/Broken.*no disk/);
    expect(registry.metricSets()).toHaveLength(1);
  });

  it.each([
    [null, "null"],
    [undefined, "a value of type undefined"],
    [5, "a value of type number"],
    [{}, "a value of type object"],
  ])("REG-63 says what it was given instead of a class: %j", (given, name) => {
    const { registry } = testRegistry();
    const none = given as unknown as typeof MetricSet;
    expect(() => registry.register(none)).toThrow(
      expect.objectContaining({
        code: "METRIC_SET_FAILED",
        message: expect.stringContaining(`${name} is no metric set`),
      }),
    );
    expect(() => registry.getMetricSet(none)).toThrow(
      expect.objectContaining({ code: "METRIC_SET_NOT_FOUND", message: `${name} metric set not found` }),
    );
    expect(registry.metricSets()).toHaveLength(1);
  });

  it("REG-63 refuses a subclass whose field hides one of the base class, and names it", () => {
    const { registry } = testRegistry();
    class Hiding extends MetricSet {
      constructor(r: MetricsRegistry) {
        super(r);
        // What a field `totals = …` of a class in JavaScript does.
        Object.defineProperty(this, "totals", { value: this.counters("totals", ["kind"]) });
      }
    }
    expect(() => registry.register(Hiding)).toThrow(/Hiding.*totals/);
  });

  it("REG-65 getMetricSet throws a lookup error with the path", () => {
    const { registry } = testRegistry({ builtIns: BUILT_IN_SETS });
    class Other extends MetricSet {}
    expect(() => registry.getMetricSet("no.such.Set")).toThrow("no.such.Set metric set not found");
    expect(() => registry.getMetricSet(Other)).toThrow(
      expect.objectContaining({ name: "MetricSetNotFound", code: "METRIC_SET_NOT_FOUND" }),
    );
    const set = registry.register(NodeRuntimeMetricSet);
    expect(registry.getMetricSet("nodejs")).toBe(set);
    registry.close();
  });
});

describe("register(import string)", () => {
  let directory: string;
  let before: string;

  beforeEach(() => {
    before = process.cwd();
    directory = mkdtempSync(join(tmpdir(), "sets-"));
    const agent = pathToFileURL(join(before, "packages/agent/dist/index.js")).href;
    const cjs = (name: string): string =>
      `const { MetricSet } = require(${JSON.stringify(join(before, "packages/agent/dist/index.js"))}); class ${name} extends MetricSet { beforeCollect() { this.gauge("from_${name}").set(1); } }`;
    writeFileSync(join(directory, "cjs.cjs"), `${cjs("Cjs")}\nmodule.exports = { Cjs };`);
    writeFileSync(join(directory, "default.cjs"), `${cjs("Whole")}\nmodule.exports = Whole;`);
    writeFileSync(
      join(directory, "esm.mjs"),
      `import { MetricSet } from ${JSON.stringify(agent)};\nawait null;\nexport class Esm extends MetricSet { beforeCollect() { this.gauge("from_esm").set(1); } }\nexport default Esm;\nexport class Broken extends MetricSet { constructor(r) { super(r); throw new Error("no disk"); } }\nexport const number = 5;`,
    );
    for (const [name, manifest, file] of [
      ["esm-only", { exports: { ".": { import: "./main.mjs" } }, type: "module" }, "main.mjs"],
      ["@acme/sets", { main: "./main.cjs" }, "main.cjs"],
    ] as const) {
      mkdirSync(join(directory, "node_modules", name), { recursive: true });
      writeFileSync(
        join(directory, "node_modules", name, "package.json"),
        JSON.stringify({ name, version: "1.0.0", ...manifest }),
      );
      writeFileSync(
        join(directory, "node_modules", name, file),
        file.endsWith(".mjs")
          ? `import { MetricSet } from ${JSON.stringify(agent)}; export class Own extends MetricSet {}`
          : `${cjs("Own")}\nexports.Own = Own;`,
      );
    }
    process.chdir(directory);
  });

  afterEach(() => {
    process.chdir(before);
    rmSync(directory, { recursive: true, force: true });
  });

  it.each([
    ["./cjs.cjs#Cjs", "Cjs"],
    ["./default.cjs", "Whole"],
    ["./esm.mjs#Esm", "Esm"],
    ["./esm.mjs", "Esm"],
    ["esm-only#Own", "Own"],
    ["@acme/sets#Own", "Own"],
  ])("REG-61 REG-63 REG-64 loads %s from the working directory", async (path, name) => {
    const { registry } = testRegistry();
    const set = await registry.register(path);
    expect(set?.constructor.name).toBe(name);
    expect(registry.getMetricSet(path)).toBe(set);
    expect(set?.id).toBe(path);
    expect(await registry.register(path)).toBe(set);
  });

  it("REG-62 asked twice at once it makes one", async () => {
    const { registry } = testRegistry();
    const [one, two] = await Promise.all([registry.register("./esm.mjs#Esm"), registry.register("./esm.mjs#Esm")]);
    expect(one).toBe(two);
    expect(registry.metricSets()).toHaveLength(2);
  });

  it.each([
    ["./missing.js#X", /missing/],
    ["./esm.mjs#Nothing", /no export Nothing/],
    ["./esm.mjs#number", /not a class/],
    ["./esm.mjs#Broken", /no disk/],
    ["no-such-package#X", /no-such-package/],
  ])("REG-63 %s is one warning and gives undefined, never a rejection", async (path, reason) => {
    const { registry, logger } = testRegistry();
    expect(await registry.register(path)).toBeUndefined();
    expect(logger.of("warn")).toHaveLength(1);
    expect(logger.of("warn")[0]).toMatch(new RegExp(`^could not register ${path.replace(/[.]/g, "\\.")} metricset: `));
    expect(logger.of("warn")[0]).toMatch(reason);
    expect(registry.metricSets()).toHaveLength(1);
    expect(() => registry.getMetricSet(path)).toThrow("not found");
  });

  it("REG-63 REG-66 the first collection waits for what is being loaded, and the order asked for is kept", async () => {
    const { registry, collect } = testRegistry();
    class Later extends MetricSet {}
    void registry.register("./esm.mjs#Esm");
    registry.register(Later).gauge("later").set(1);
    expect((await collect()).map((payload) => Object.keys(payload.samples)[0])).toEqual(["from_esm", "later"]);
  });

  it("REG-64 API-40 understands the Python agent's paths and the short ids of built-in sets", async () => {
    const { registry } = testRegistry({
      builtIns: BUILT_IN_SETS,
      prometheus: { registries: { getMetricsAsJSON: async () => [] } },
    });
    for (const path of [
      "elasticapm.metrics.sets.cpu.CPUMetricSet",
      "elasticapm.metrics.sets.breakdown.BreakdownMetricSet",
      "elasticapm.metrics.sets.prometheus.PrometheusMetrics",
      "nodejs",
      "transaction",
      "agent",
    ]) {
      const set = await registry.register(path);
      expect(set).toBe(registry.getMetricSet(path));
      expect(set?.id).toBe(path);
    }
    registry.close();
  });
});
