import { describe, expect, it } from "vitest";
import { Client } from "../client.js";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { RecordingTransport } from "../testing/recording-transport.js";
import { explicitPoints, exponentialPoints } from "./bucket-points.js";
import { Conversion } from "./conversion.js";
import { TidegaugeMetricExporter } from "./exporter.js";
import {
  DELTA,
  EXPONENTIAL_HISTOGRAM,
  GAUGE,
  HISTOGRAM,
  type MetricData,
  type ResourceMetrics,
  SUM,
} from "./metric-data.js";
import { Once } from "./once.js";
import { TidegaugeMetricReader } from "./reader.js";

// The real SDK is tried in conformance/peers; here stands what it cannot be brought to do.
const convert = (
  ...metrics: (Partial<MetricData> & { name: string; points: [unknown, Record<string, unknown>?][] })[]
) => {
  const logger = new RecordingLogger();
  const conversion = new Conversion({
    logger: () => logger,
    isDisabled: () => false,
    exponentialHistograms: () => true,
  });
  const resource: ResourceMetrics = {
    scopeMetrics: [
      {
        scope: { name: "s" },
        metrics: metrics.map(({ name, points, ...rest }) => ({
          descriptor: { name },
          aggregationTemporality: DELTA,
          dataPointType: SUM,
          isMonotonic: true,
          dataPoints: points.map(([value, attributes], index) => ({
            value,
            attributes: attributes ?? {},
            startTime: [0, 0],
            endTime: [1_700_000_000, 123_456_700 + index],
          })),
          ...rest,
        })),
      },
    ],
  };
  const frozen = JSON.stringify(resource);
  const sent = conversion.metricsets(resource);
  // OT-23
  expect(JSON.stringify(resource)).toBe(frozen);
  return { sent, logger, again: () => conversion.metricsets(resource) };
};
const histogram = (boundaries: number[], counts: number[], sum?: number) => ({
  buckets: { boundaries, counts },
  count: counts.reduce((all, count) => all + count, 0),
  ...(sum === undefined ? {} : { sum }),
});

describe("conversion of OpenTelemetry metrics", () => {
  it("OT-14 OT-13 takes the time of the first point of a metricset, rounded to microseconds; OT-44 sends no empty one", () => {
    const { sent } = convert({ name: "c", points: [[1], [2]] }, { name: "zero", points: [[0, { a: 1 }]] });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.timestamp).toBe(1_700_000_000_123_457);
    expect(convert({ name: "h", dataPointType: HISTOGRAM, points: [[histogram([1], [0, 0])]] }).sent).toEqual([]);
  });

  it("OT-16 drops a name no server takes, with one warning; OT-18 samples that are not finite; OT-19 the later of one name wins", () => {
    const { sent, logger, again } = convert(
      { name: "bad*", points: [[1]] },
      { name: "nan", points: [[Number.NaN], [Number.POSITIVE_INFINITY]] },
      { name: "twice", points: [[1]] },
      { name: "twice", dataPointType: GAUGE, points: [[9]] },
    );
    again();
    expect(sent.map(({ samples }) => ({ ...samples }))).toEqual([{ twice: { value: 9, type: "gauge" } }]);
    expect(logger.of("warn")).toHaveLength(1);
  });

  it("OT-11 keeps an equal name and version of two scope entries together and OT-31 leaves null, undefined and non-finite attributes out", () => {
    const { sent, logger } = convert({ name: "c", points: [[1, { a: null, b: undefined, c: Number.NaN, d: "x" }]] });
    expect({ ...sent[0]?.tags }).toEqual({ d: "x" });
    expect(logger.of("warn")).toEqual([]);
  });

  it("OT-32 OT-50 remembers at most 1000 warnings", () => {
    const once = new Once(3);
    expect(["a", "b", "c", "a", "d"].map((key) => once.isNew(key))).toEqual([true, true, true, false, true]);
    // "b" was the one seen longest ago.
    expect([once.isNew("a"), once.isNew("b"), once.size]).toEqual([false, true, 3]);
  });

  it("OT-50 drops an unknown type with one warning", () => {
    const { sent, logger, again } = convert({ name: "odd", dataPointType: 9, points: [[1], [2]] });
    again();
    expect(sent).toEqual([]);
    expect(logger.of("warn")).toHaveLength(1);
  });

  it.each([
    [
      [0, 5, 10],
      [1, 2, 0, 4],
      [0, 2.5, 10],
      [1, 2, 4],
    ],
    [
      [10, 20, 30],
      [3, 3, 2, 1],
      [5, 15, 25, 30],
      [3, 3, 2, 1],
    ],
    [
      [-10, 0, 10],
      [1, 1, 1, 1],
      [-10, -5, 5, 10],
      [1, 1, 1, 1],
    ],
    [[1, 2], [0, 0, 7], [2], [7]],
  ])("OT-42 OT-45 boundaries %j with counts %j", (boundaries, counts, values, sent) => {
    const points = explicitPoints(histogram(boundaries, counts));
    expect([...points.keys()]).toEqual(values);
    expect([...points.values()]).toEqual(sent);
  });

  it("OT-43 without boundaries the mean stands for all, and without a sum there is no sample", () => {
    expect([...explicitPoints(histogram([], [4], 10))]).toEqual([[2.5, 4]]);
    expect(explicitPoints(histogram([], [4])).size).toBe(0);
  });

  it("OT-51 exponential: negatives from the largest, zero, positives; midpoints of the buckets", () => {
    const value = {
      scale: 0,
      count: 8,
      zeroCount: 2,
      positive: { offset: 0, bucketCounts: [1, 0, 3] },
      negative: { offset: 1, bucketCounts: [1, 1] },
    };
    const [sample] = convert({ name: "e", dataPointType: EXPONENTIAL_HISTOGRAM, points: [[value]] }).sent;
    expect(sample?.samples.e).toEqual({
      type: "histogram",
      temporality: "delta",
      values: [-6, -3, 0, 1.5, 6],
      counts: [1, 1, 2, 1, 3],
    });
    expect([...exponentialPoints({ ...value, scale: 1 }).keys()][4]).toBeCloseTo((2 ** 1 + 2 ** 1.5) / 2, 12);
  });

  it("OT-21 never throws at the SDK: an error of its own is a failure", () => {
    const client = new Client({
      start: false,
      transport: new RecordingTransport(),
      logger: { info() {}, warn() {}, error() {} },
    });
    const exporter = new TidegaugeMetricExporter({ client });
    const results: unknown[] = [];
    exporter.export({} as ResourceMetrics, (result) => results.push(result));
    exporter.export({ scopeMetrics: [] }, (result) => results.push(result));
    expect(results).toEqual([{ code: 1, error: expect.any(Error) }, { code: 0 }]);
    client.metrics.close();
  });

  it("an instrument type of a later SDK is dropped with a warning; known ones have the temporality of §5.2", () => {
    const warnings: string[] = [];
    const client = new Client({
      start: false,
      transport: new RecordingTransport(),
      logger: { info() {}, warn: (message) => warnings.push(message), error() {} },
    });
    const exporter = new TidegaugeMetricExporter({ client });
    expect(exporter.selectAggregation("NEW_KIND")).toEqual({ type: 1 });
    expect(warnings).toHaveLength(1);
    for (const type of ["COUNTER", "OBSERVABLE_COUNTER", "HISTOGRAM", "OBSERVABLE_GAUGE", "GAUGE"]) {
      expect(exporter.selectAggregationTemporality(type)).toBe(0);
    }
    for (const type of ["UP_DOWN_COUNTER", "OBSERVABLE_UP_DOWN_COUNTER"])
      expect(exporter.selectAggregationTemporality(type)).toBe(1);
    expect(exporter.selectAggregation("COUNTER")).toEqual({ type: 0 });
    client.metrics.close();
  });

  it("a reader belongs to one provider", () => {
    const reader = new TidegaugeMetricReader();
    const producer = { collect: async () => ({ resourceMetrics: { scopeMetrics: [] }, errors: [] }) };
    reader.setMetricProducer(producer);
    expect(() => reader.setMetricProducer(producer)).toThrow("one MeterProvider");
  });
});
