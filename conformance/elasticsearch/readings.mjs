// What intake lines say and what documents say, each read into the same sorted list of texts. Shares no code with the product.

/** One text a sample: time, service, labels, dimensions, name and value. @param {readonly string[]} bodies @returns {string[]} */
export function readingsOfLines(bodies) {
  const readings = [];
  for (const body of bodies) {
    const [first, ...events] = body
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { service, labels: globals } = first.metadata;
    for (const { metricset } of events) {
      if (metricset === undefined || isRefused(metricset)) continue;
      const labels = texts({ ...globals, ...metricset.tags });
      const where = [Math.floor(metricset.timestamp / 1000), metricset.service?.name ?? service.name, labels];
      if (metricset.transaction) {
        const { transaction, span, samples } = metricset;
        if (!span) continue;
        const count = samples["span.self_time.count"]?.value;
        const sumUs = samples["span.self_time.sum.us"]?.value;
        if (count === undefined && sumUs === undefined) continue;
        const whole = [Math.trunc(count ?? 0), Math.trunc(sumUs ?? 0)];
        const names = [transaction.name || null, transaction.type || null, span.type || null, span.subtype || null];
        readings.push(JSON.stringify([...where, ...names, ...(whole[0] > 0 ? whole : [null, null])]));
      } else {
        for (const [name, sample] of Object.entries(metricset.samples)) {
          readings.push(JSON.stringify([...where, name, sample.type === "histogram" ? buckets(sample) : sample.value]));
        }
      }
    }
  }
  return readings.sort();
}

/** @param {readonly { source: Record<string, any> }[]} documents with top-level fields @returns {string[]} */
export function readingsOfDocuments(documents) {
  const readings = [];
  for (const { source } of documents) {
    const { "@timestamp": time, service, labels, numeric_labels, metricset, transaction, span } = source;
    const where = [Date.parse(time), service.name, texts({ ...labels, ...numeric_labels })];
    if (metricset.name === "span_breakdown") {
      const { count = null, sum = { us: null } } = span?.self_time ?? {};
      const names = [transaction.name ?? null, transaction.type ?? null, span?.type ?? null, span?.subtype ?? null];
      readings.push(JSON.stringify([...where, ...names, count, sum.us]));
      continue;
    }
    for (const [name, value] of Object.entries(source)) {
      if (ENVELOPE.has(name)) continue;
      readings.push(JSON.stringify([...where, name, typeof value === "object" ? buckets(value) : value]));
    }
  }
  return readings.sort();
}

const ENVELOPE = new Set([
  ...["@timestamp", "agent", "cloud", "container", "data_stream", "host", "kubernetes", "labels", "metricset"],
  ...["network", "numeric_labels", "observer", "process", "processor", "service", "span", "transaction", "user"],
]);

const buckets = ({ values, counts }) => [values, counts];

/** Keys as Elastic stores them, values as texts, in order. */
function texts(labels) {
  const entries = Object.entries(labels).filter(([, value]) => value !== null);
  return entries.map(([key, value]) => `${key.replace(/[.*"]/g, "_")}=${value}`).sort();
}

/** What a real APM Server refuses among the captured lines: a sample without any value. */
function isRefused({ samples }) {
  return Object.values(samples).some(({ value, values }) => (value ?? null) === null && values === undefined);
}
