import type { Metricset, Sample } from "@tidegauge/protocol";
import type { Logger } from "../logging/index.js";
import { attributeLabels, labelKey } from "./attribute-labels.js";
import { type BucketPoints, explicitPoints, exponentialPoints, mergePoints } from "./bucket-points.js";
import {
  type DataPoint,
  DELTA,
  EXPONENTIAL_HISTOGRAM,
  type ExponentialHistogramValue,
  GAUGE,
  HISTOGRAM,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
  SUM,
} from "./metric-data.js";
import { Once } from "./once.js";

/** What decides on a conversion. */
export interface ConversionOptions {
  readonly logger: () => Logger;
  readonly isDisabled: (name: string) => boolean;
  /** `otel_exponential_histograms`. */
  readonly exponentialHistograms: () => boolean;
}

/** A metricset in the making; for each sample the metric it came from, since points of one metric may meet under fewer labels. */
interface Group {
  readonly metricset: Metricset;
  readonly from: Map<string, { metric: MetricData; points?: BucketPoints }>;
}

/** Turns the SDK's metrics into metricsets (opentelemetry-metrics.md §5.3, §5.4). The SDK's objects are only read (OT-23). */
export class Conversion {
  private readonly options: ConversionOptions;
  private readonly warned = new Once();

  constructor(options: ConversionOptions) {
    this.options = options;
  }

  /** One metricset for each scope and label set that has a sample; the resource is ignored (OT-10, OT-11, OT-13). */
  metricsets(metrics: ResourceMetrics): Metricset[] {
    const groups = new Map<string, Group>();
    for (const { scope, metrics: ofScope } of metrics.scopeMetrics) {
      const scopeKey = JSON.stringify([scope.name, scope.version ?? ""]);
      for (const metric of ofScope) {
        if (!this.isWanted(metric)) continue;
        for (const point of metric.dataPoints) this.add(groups, scopeKey, metric, point);
      }
    }
    return [...groups.values()].map((group) => group.metricset);
  }

  private isWanted(metric: MetricData): boolean {
    const { name } = metric.descriptor;
    if (this.options.isDisabled(name)) return false;
    if (/[*"]/.test(name))
      return this.warn(`name ${name}`, `OpenTelemetry metric ${name} cannot be sent: its name has * or "`);
    const type = metric.dataPointType;
    const known =
      type === GAUGE ||
      type === SUM ||
      type === HISTOGRAM ||
      (type === EXPONENTIAL_HISTOGRAM && this.options.exponentialHistograms());
    if (known) return true;
    return this.warn(
      `type ${name}`,
      `OpenTelemetry metric ${name} is dropped: data point type ${type === EXPONENTIAL_HISTOGRAM ? "EXPONENTIAL_HISTOGRAM" : type} cannot be exported`,
    );
  }

  private add(groups: Map<string, Group>, scopeKey: string, metric: MetricData, point: DataPoint): void {
    const { name } = metric.descriptor;
    const delta = metric.aggregationTemporality === DELTA;
    const points = pointsOf(metric, point);
    if (points === undefined) {
      const value = point.value as number;
      if (!Number.isFinite(value)) return;
      // A change of nothing is no news; a level of 0 is one (OT-6).
      if (delta && metric.dataPointType === SUM && value === 0) return;
    } else if (points.size === 0 || ![...points.keys()].every(Number.isFinite)) return;

    let lessLabels = false;
    const labels = attributeLabels(point.attributes, (key) => {
      lessLabels = true;
      this.warn(
        `attribute ${name} ${key}`,
        `OpenTelemetry metric ${name}: attribute ${key} is dropped, only strings, numbers and booleans can be sent`,
      );
    });
    const key = `${scopeKey} ${labelKey(labels)}`;
    let group = groups.get(key);
    if (group === undefined) {
      const metricset: Metricset = { samples: Object.create(null), timestamp: microseconds(point) };
      if (Object.keys(labels).length > 0) metricset.tags = labels;
      group = { metricset, from: new Map() };
      groups.set(key, group);
    }
    const before = group.from.get(name);
    // Two points of one metric meet only where labels were taken away: what both have counted is added up (O10).
    const meets = before?.metric === metric && delta && (points !== undefined || metric.isMonotonic === true);
    if (points === undefined) {
      const already = meets ? ((group.metricset.samples[name] as Sample).value as number) : 0;
      group.metricset.samples[name] = numberSample(metric, (point.value as number) + already, delta);
      group.from.set(name, { metric });
    } else {
      const all = meets && before?.points !== undefined ? mergePoints(before.points, points) : points;
      const temporality: Pick<Sample, "temporality"> = delta ? { temporality: "delta" } : {};
      group.metricset.samples[name] = {
        values: [...all.keys()],
        counts: [...all.values()],
        type: "histogram",
        ...temporality,
      };
      group.from.set(name, { metric, points: all });
    }
    if (lessLabels && before?.metric === metric) {
      this.warn(
        `meet ${name}`,
        `OpenTelemetry metric ${name}: points that differ only in dropped attributes are ${meets ? "added up" : "sent as the last of them"}`,
      );
    }
  }

  /** Logs once a subject; false, for the caller to pass on. */
  private warn(subject: string, message: string): false {
    if (this.warned.isNew(subject)) this.options.logger().warn(message);
    return false;
  }
}

/** The buckets of a histogram's point; undefined for a number. */
function pointsOf(metric: MetricData, point: DataPoint): BucketPoints | undefined {
  if (metric.dataPointType === HISTOGRAM) return explicitPoints(point.value as HistogramValue);
  if (metric.dataPointType === EXPONENTIAL_HISTOGRAM)
    return exponentialPoints(point.value as ExponentialHistogramValue);
  return undefined;
}

/** OT-17, OT-60; a gauge holds a level and is never marked. */
function numberSample(metric: MetricData, value: number, delta: boolean): Sample {
  if (metric.dataPointType !== SUM) return { value, type: "gauge" };
  const type = metric.isMonotonic === true ? "counter" : "gauge";
  return delta ? { value, type, temporality: "delta" } : { value, type };
}

/** OT-14. */
function microseconds({ endTime: [seconds, nanoseconds] }: DataPoint): number {
  return Math.round(seconds * 1e6 + nanoseconds / 1e3);
}
