// Every library under measurement behind the same few operations. `make()` builds a fresh registry; what it gives is measured in a process of its own.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const METHODS = ["GET", "PUT", "POST", "DELETE"];
const STATUSES = ["200", "404", "500", "204"];
export const BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** So many instruments take turns: with a single one the compiler would keep its number in a register, which no application sees. */
const HANDLES = 64;
const many = (make) => Array.from({ length: HANDLES }, (_, index) => make(index));

const method = (index) => METHODS[index & 3];
const status = (index) => STATUSES[(index >> 2) & 3];

function tidegauge() {
  const { Client, MetricSet } = require("@tidegauge/agent");
  let bytes = 0;
  const transport = {
    queue: (lines) => (bytes += lines.length),
    drop() {},
    async flush() {},
    async close() {},
    stats: () => ({}),
  };
  const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
  const isolated = {
    start: false,
    transport,
    logger: quiet,
    metricsLimit: 1e6,
    metricsSets: [],
    agentHealthMetrics: false,
  };
  const registry = new Client(isolated).metrics;
  const set = registry.register(MetricSet);
  const family = set.counters("family", ["method", "status"]);
  const histograms = set.histograms("histograms", ["method", "status"], { buckets: BUCKETS });
  const options = { buckets: BUCKETS };
  const counters = many((index) => set.counter(`counter${index}`));
  const held = many((index) => set.counter("held", { method: method(index), status: `${status(index)}${index}` }));
  const histogram = many((index) => set.histogram(`histogram${index}`, {}, options));
  return {
    counter: (n) => {
      for (let i = 0; i < n; i++) counters[i & 63].inc();
    },
    "counter, held with 2 labels": (n) => {
      for (let i = 0; i < n; i++) held[i & 63].inc();
    },
    "counter, 2 labels": (n) => {
      for (let i = 0; i < n; i++) set.counter("labelled", { method: method(i), status: status(i) }).inc();
    },
    "counter, 2 label values": (n) => {
      for (let i = 0; i < n; i++) family.with(method(i), status(i)).inc();
    },
    "histogram, 10 buckets": (n) => {
      for (let i = 0; i < n; i++) histogram[i & 63].update(i & 511);
    },
    "histogram, 2 labels": (n) => {
      for (let i = 0; i < n; i++)
        set.histogram("histogram", { method: method(i), status: status(i) }, options).update(i & 511);
    },
    "histogram, 2 label values": (n) => {
      for (let i = 0; i < n; i++) histograms.with(method(i), status(i)).update(i & 511);
    },
    addSeries: (id) => set.counter("requests", { method: method(id), id: `id${id >> 2}` }).inc(id),
    addHistogram: (id, buckets) =>
      set.histogram("requests", { method: method(id), id: `id${id >> 2}` }, { buckets }).update(id % 20, id),
    collect: () => registry.collect(),
  };
}

function prometheus(name) {
  const prom = require(name);
  const registry = new prom.Registry();
  const base = { help: "h", registers: [registry] };
  const labelNames = ["method", "status"];
  const counters = many((index) => new prom.Counter({ name: `counter${index}`, ...base }));
  const bound = new prom.Counter({ name: "held", labelNames, ...base });
  const held = many((index) => bound.labels(method(index), `${status(index)}${index}`));
  const labelled = new prom.Counter({ name: "labelled", labelNames, ...base });
  const histogram = many((index) => new prom.Histogram({ name: `histogram${index}`, buckets: BUCKETS, ...base }));
  const histograms = new prom.Histogram({ name: "histograms", labelNames, buckets: BUCKETS, ...base });
  let requests;
  return {
    counter: (n) => {
      for (let i = 0; i < n; i++) counters[i & 63].inc();
    },
    "counter, held with 2 labels": (n) => {
      for (let i = 0; i < n; i++) held[i & 63].inc();
    },
    "counter, 2 labels": (n) => {
      for (let i = 0; i < n; i++) labelled.inc({ method: method(i), status: status(i) });
    },
    "counter, 2 label values": (n) => {
      for (let i = 0; i < n; i++) labelled.labels(method(i), status(i)).inc();
    },
    "histogram, 10 buckets": (n) => {
      for (let i = 0; i < n; i++) histogram[i & 63].observe(i & 511);
    },
    "histogram, 2 labels": (n) => {
      for (let i = 0; i < n; i++) histograms.observe({ method: method(i), status: status(i) }, i & 511);
    },
    "histogram, 2 label values": (n) => {
      for (let i = 0; i < n; i++) histograms.labels(method(i), status(i)).observe(i & 511);
    },
    addSeries: (id) => {
      requests ??= new prom.Counter({ name: "requests", labelNames: ["method", "id"], ...base });
      requests.inc({ method: method(id), id: `id${id >> 2}` }, id);
    },
    addHistogram: (id, buckets) => {
      requests ??= new prom.Histogram({ name: "requests", labelNames: ["method", "id"], buckets, ...base });
      for (let i = 0; i < 3; i++) requests.observe({ method: method(id), id: `id${id >> 2}` }, id % 20);
    },
    collect: () => registry.metrics(),
  };
}

function openTelemetry() {
  const { MeterProvider, MetricReader } = require("@opentelemetry/sdk-metrics");
  const { JsonMetricsSerializer } = require("@opentelemetry/otlp-transformer");
  class Reader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
    selectCardinalityLimit() {
      return 1e6;
    }
  }
  const reader = new Reader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter("bench");
  const counters = many((index) => meter.createCounter(`counter${index}`));
  const labelled = meter.createCounter("labelled");
  const advice = { advice: { explicitBucketBoundaries: BUCKETS } };
  const histogram = many((index) => meter.createHistogram(`histogram${index}`, advice));
  const histograms = meter.createHistogram("histograms", advice);
  let requests;
  return {
    counter: (n) => {
      for (let i = 0; i < n; i++) counters[i & 63].add(1);
    },
    "counter, 2 labels": (n) => {
      for (let i = 0; i < n; i++) labelled.add(1, { method: method(i), status: status(i) });
    },
    "histogram, 10 buckets": (n) => {
      for (let i = 0; i < n; i++) histogram[i & 63].record(i & 511);
    },
    "histogram, 2 labels": (n) => {
      for (let i = 0; i < n; i++) histograms.record(i & 511, { method: method(i), status: status(i) });
    },
    addSeries: (id) => {
      requests ??= meter.createCounter("requests");
      requests.add(id + 1, { method: method(id), id: `id${id >> 2}` });
    },
    addHistogram: (id, buckets) => {
      requests ??= meter.createHistogram("requests", { advice: { explicitBucketBoundaries: buckets } });
      for (let i = 0; i < 3; i++) requests.record(id % 20, { method: method(id), id: `id${id >> 2}` });
    },
    collect: async () => JsonMetricsSerializer.serializeRequest((await reader.collect()).resourceMetrics),
  };
}

function measured() {
  const { Counter, Histogram } = require("measured-core");
  const counters = many(() => new Counter());
  const histogram = many(() => new Histogram());
  return {
    counter: (n) => {
      for (let i = 0; i < n; i++) counters[i & 63].inc();
    },
    // A sample of values, no buckets: the nearest it has.
    "histogram, 10 buckets": (n) => {
      for (let i = 0; i < n; i++) histogram[i & 63].update(i & 511);
    },
  };
}

function elasticApmNode() {
  const MetricsRegistry = require("elastic-apm-node/lib/metrics/registry.js");
  let sent = 0;
  const agent = {
    _conf: { metricsLimit: 1e6, hostname: "h", environment: "" },
    _isMetricNameDisabled: () => false,
    _apmClient: { sendMetricSet: (set) => (sent += JSON.stringify({ metricset: set }).length) },
  };
  const registry = new MetricsRegistry(agent, {
    reporterOptions: { enabled: true, defaultReportingIntervalInSeconds: 86_400, unrefTimers: true },
  });
  registry._registry.collectors.length = 0;
  const counters = many((index) => registry.getOrCreateCounter(`counter${index}`, {}));
  const held = many((index) =>
    registry.getOrCreateCounter("held", { method: method(index), status: `${status(index)}${index}` }),
  );
  const ids = [];
  return {
    counter: (n) => {
      for (let i = 0; i < n; i++) counters[i & 63].inc();
    },
    "counter, held with 2 labels": (n) => {
      for (let i = 0; i < n; i++) held[i & 63].inc();
    },
    "counter, 2 labels": (n) => {
      for (let i = 0; i < n; i++)
        registry.getOrCreateCounter("labelled", { method: method(i), status: status(i) }).inc();
    },
    addSeries: (id) => {
      ids[id] = registry.getOrCreateCounter("requests", { method: method(id), id: `id${id >> 2}` });
      ids[id].inc(id + 1);
    },
    collect: async () => {
      // It drops counters that are zero and resets all of them: each round needs values.
      for (const [id, series] of ids.entries()) series.inc(id + 1);
      registry._reporters[0]._reportMetrics([...registry._registry._metrics.values()]);
      // It sends in a later turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** What JavaScript itself takes for the same: adding to a field, and a binary search over the bounds. No library can be below. */
function floor() {
  const fields = many(() => ({ total: 0.5 }));
  const histogram = many(() => ({
    limits: Float64Array.from([...BUCKETS, Number.POSITIVE_INFINITY]),
    counts: [...BUCKETS, 0].map(() => 0),
  }));
  return {
    counter: (n) => {
      for (let i = 0; i < n; i++) fields[i & 63].total += 1;
    },
    "histogram, 10 buckets": (n) => {
      for (let i = 0; i < n; i++) {
        const { limits, counts } = histogram[i & 63];
        let low = 0;
        let high = limits.length - 1;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (limits[middle] >= (i & 511)) high = middle;
          else low = middle + 1;
        }
        counts[low] += 1;
      }
    },
  };
}

/** By the name on the results page. */
export const SUBJECTS = {
  tidegauge,
  "prom-client": () => prometheus("prom-client"),
  "@prometheus-io/client": () => prometheus("@prometheus-io/client"),
  "OpenTelemetry SDK": openTelemetry,
  "measured-core": measured,
  "elastic-apm-node registry": elasticApmNode,
  "floor of JavaScript": floor,
};
