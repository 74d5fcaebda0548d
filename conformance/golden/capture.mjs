/** A metric as the captured lines have it. */
class CapturedMetric {
  /** `{ labelsAsText: { secondMs: value } }`: the latest value of each second, per label set */
  lastBySecond = {};
  labelKeys = [];
  isHistogram = false;
  /** Per label set, the total counts of each report in the order of time. */
  #reports = new Map();
  #samples = [];

  add(timestampMs, labels, sample) {
    this.isHistogram ||= Array.isArray(sample.values);
    this.#samples.push({ timestampMs, labels, sample });
    this.labelKeys = [...new Set([...this.labelKeys, ...Object.keys(labels)])].sort();
  }

  /** To be called once all lines are read, since only then all label keys are known. */
  finish() {
    this.#samples.sort((a, b) => a.timestampMs - b.timestampMs);
    for (const { timestampMs, labels, sample } of this.#samples) {
      const series = JSON.stringify(this.labelKeys.map((key) => labels[key] ?? ""));
      if (this.isHistogram) {
        this.#reports.set(series, [...(this.#reports.get(series) ?? []), sample.counts]);
      } else {
        this.lastBySecond[series] ??= {};
        this.lastBySecond[series][Math.floor(timestampMs / 1000) * 1000] = sample.value;
      }
    }
  }

  /**
   * Measurements the histograms report within the capture. A histogram whose counts never fall over the first three
   * reports is cumulative; its first report says nothing about when it was measured, so only what came on top counts.
   */
  get histogramCount() {
    const sum = (counts) => counts.reduce((total, count) => total + count, 0);
    let total = 0;
    for (const reports of this.#reports.values()) {
      const isCumulative = reports.length > 1 && reports.slice(0, 3).every((counts, i) => i === 0 || !falls(reports[i - 1], counts));
      if (isCumulative) total += sum(reports.at(-1)) - sum(reports[0]);
      else for (const counts of reports) total += sum(counts);
    }
    return total;
  }
}

const falls = (before, after) => before.some((count, i) => (after[i] ?? 0) < count);

/** The rule of the document's field names for label keys (SRV-44). */
const labelKey = (key) => key.replace(/[.*"]/g, "_");

/**
 * Whether a receiver must refuse this event: a sample without any value, as elastic-apm-node writes a NaN. What a real APM
 * Server made of these captures shows the same: none of these metricsets became a document.
 */
export function isRefused({ metricset }) {
  return metricset !== undefined && Object.values(metricset.samples).some(({ value, values }) => (value ?? values) == null);
}

/**
 * Reads captured intake bodies of one process, without any of the product's code.
 *
 * @param {readonly string[]} bodies ND-JSON texts
 */
export function readCapture(bodies) {
  const metrics = new Map();
  const breakdown = {};
  let metadata;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for (const line of bodies.flatMap((body) => body.trim().split("\n"))) {
    const event = JSON.parse(line);
    metadata ??= event.metadata;
    const metricset = event.metricset;
    if (metricset === undefined || isRefused(event)) continue;
    const timestampMs = Math.floor(metricset.timestamp / 1000);
    fromMs = Math.min(fromMs, timestampMs);
    toMs = Math.max(toMs, timestampMs);
    if (metricset.span !== undefined) {
      addBreakdown(breakdown, metricset);
      continue;
    }
    const labels = {};
    for (const [key, value] of Object.entries({ ...metadata.labels, ...metricset.tags })) {
      if (value !== null) labels[labelKey(key)] = String(value);
    }
    for (const [name, sample] of Object.entries(metricset.samples)) {
      if (!metrics.has(name)) metrics.set(name, new CapturedMetric());
      metrics.get(name).add(timestampMs, labels, sample);
    }
  }
  for (const metric of metrics.values()) metric.finish();
  const { service, system } = metadata;
  const node = service.node?.configured_name ?? system.container?.id ?? system.configured_hostname ?? system.detected_hostname;
  const second = 1000;
  return {
    service,
    node,
    metrics,
    breakdown,
    fromMs: Math.floor(fromMs / second) * second,
    toMs: Math.floor(toMs / second) * second + second,
  };
}

function addBreakdown(breakdown, { transaction, span, samples }) {
  const key = [transaction.name, transaction.type, span.type, span.subtype ?? ""].join(" | ");
  breakdown[key] ??= { count: 0, sumUs: 0 };
  const group = breakdown[key];
  group.count += samples["span.self_time.count"].value;
  group.sumUs += samples["span.self_time.sum.us"].value;
}
