import type { MetricKind, MetricSummary } from "@tidegauge/protocol/query";
import { describe, expect, it } from "vitest";
import { panelsFor } from "./catalog.js";
import { metricPanel, timerName } from "./custom.js";

function metric(name: string, kind: MetricKind = "gauge", more: Partial<MetricSummary> = {}): MetricSummary {
  const seen = "2026-11-26T12:00:00.000Z";
  return { name, kind, inferred: false, unit: null, labels: [], series: 1, firstSeen: seen, lastSeen: seen, ...more };
}

const ids = (metrics: MetricSummary[]) => panelsFor(metrics).map(({ id }) => id);

describe("panelsFor", () => {
  it("shows the panels of a Node.js service and nothing it does not report", () => {
    expect(ids([metric("system.cpu.total.norm.pct"), metric("nodejs.memory.heap.used.bytes")])).toEqual([
      "cpu",
      "heap",
    ]);
    expect(panelsFor([metric("system.cpu.total.norm.pct")])[0]?.lines.map(({ label }) => label)).toEqual(["system"]);
  });

  it("shows cgroup memory only where the process has a limit", () => {
    expect(ids([metric("system.process.memory.rss.bytes")])).not.toContain("cgroup-memory");
    expect(ids([metric("system.process.cgroup.memory.mem.limit.bytes")])).toEqual(["cgroup-memory"]);
  });

  it("CG-20…CG-25 shows what the container's CPU metrics mean instead of their running totals", () => {
    const cgroup = "system.process.cgroup.";
    const panels = panelsFor(
      [
        "cpu.cfs.quota.us",
        "cpu.cfs.period.us",
        "cpu.stats.periods",
        "cpu.stats.throttled.periods",
        "cpu.stats.throttled.ns",
        "cpuacct.total.ns",
      ].map((name) => metric(cgroup + name)),
    );
    expect(panels.map(({ id, section }) => `${id}: ${section}`)).toEqual([
      "cgroup-cpu: CPU and memory",
      "cgroup-throttled: CPU and memory",
    ]);
    const byPeriods = { how: "increases", metric: `${cgroup}cpu.stats.periods`, aggregation: "max" };
    expect(panels.map(({ lines }) => lines[0]?.combine)).toEqual([byPeriods, byPeriods]);
  });

  it("calls only the application's own metrics custom", () => {
    const names = ["system.process.open_fds", "jvm.thread.count", "golang.goroutines", "jvms"];
    expect(panelsFor(names.map((name) => metric(name))).map(({ id, section }) => `${id}: ${section}`)).toEqual([
      "golang.goroutines: Runtime",
      "jvm.thread.count: Runtime",
      "jvms: Custom metrics",
      "system.process.open_fds: CPU and memory",
    ]);
  });

  it("shows every metric of the application exactly once", () => {
    const own = [metric("queue_depth"), metric("orders", "delta"), metric("latency", "histogram")];
    expect(ids([metric("system.cpu.total.norm.pct"), ...own])).toEqual(["cpu", "latency", "orders", "queue_depth"]);
  });

  it("leaves what the transaction section shows to it", () => {
    expect(ids([metric("span.self_time.sum.us", "delta"), metric("transaction.duration.us", "histogram")])).toEqual([]);
  });

  it("shows a counter's rate, a gauge's mean, a histogram's percentiles", () => {
    const [counter, gauge, histogram] = panelsFor([
      metric("a_counter", "cumulative", { unit: "byte" }),
      metric("b_gauge"),
      metric("c_histogram", "histogram"),
    ]);
    expect(counter).toMatchObject({ unit: "byte/s", lines: [{ aggregation: "rate" }] });
    expect(gauge).toMatchObject({ lines: [{ aggregation: "avg" }] });
    expect(histogram?.lines.map(({ aggregation }) => aggregation)).toEqual(["p50", "p95", "p99"]);
  });

  it("makes a timer's sum and count a mean duration and a rate", () => {
    const panels = panelsFor([metric("checkout.sum.us", "delta"), metric("checkout.count", "delta")]);
    expect(panels.map(({ title }) => title)).toEqual(["checkout: rate", "checkout: mean duration"]);
    expect(panels[1]).toMatchObject({ unit: "us", lines: [{ combine: { how: "over", metric: "checkout.count" } }] });
    expect([timerName("a.sum"), timerName("a.sum.ms"), timerName("a.sum.bytes")]).toEqual(["a", "a", null]);
  });

  it("draws one line a label set, the smaller ones together", () => {
    const [panel] = panelsFor([metric("orders", "delta", { labels: ["region"], series: 40 })]);
    expect(panel?.lines[0]).toMatchObject({ groupBy: ["region"], limit: 8 });
  });

  it("keeps what a Prometheus client counts apart, without the prefix in the title", () => {
    const [panel] = panelsFor([metric("prometheus.metrics.http_requests_total", "cumulative")]);
    expect(panel).toMatchObject({ section: "Prometheus", title: "http_requests_total" });
  });

  it("previews a metric as one line under its full name", () => {
    const orders = metric("prometheus.metrics.orders", "delta", { labels: ["region"], series: 40 });
    const { title, lines, stacked } = metricPanel(orders);
    expect([title, lines.length, lines[0]?.groupBy, stacked]).toEqual([orders.name, 1, undefined, false]);
  });

  it("says when the kind was inferred", () => {
    expect(panelsFor([metric("x", "cumulative", { inferred: true })])[0]?.description).toContain("inferred");
  });
});
