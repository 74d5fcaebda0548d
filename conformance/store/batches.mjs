// Batches whose numbers tell whether they were stored: batch `sequence` writes 1 into a second of its own.
export const METRIC = "store.batches";
const PADDING = 20;

/** Time of a batch's event. */
export const timeOf = (baseMs, sequence) => baseMs + sequence * 1000;

/** The batch `sequence` of a producer; `padding` more points make the files grow. */
export function batch(producer, sequence, timeMs, padding = PADDING) {
  const samples = { [METRIC]: { value: 1, temporality: "delta" } };
  for (let index = 0; index < padding; index++) samples[`store.padding.${index}`] = { value: Math.random() };
  const histogram = { values: [1, 2, 4], counts: [sequence % 5, 1, 0], type: "histogram", temporality: "delta" };
  return {
    batchId: `${producer}:${sequence}`,
    receivedAtMs: Date.now(),
    fromTidegauge: true,
    clientAddress: undefined,
    metadata: {
      service: { name: "faults", agent: { name: "nodejs", version: "1", ephemeral_id: producer } },
      system: { detected_hostname: "h" },
    },
    metricsets: [
      { samples: { ...samples, "store.histogram": histogram }, timestamp: timeMs * 1000, tags: { producer } },
    ],
    lines: [1],
  };
}

/** How often each of the first `count` batches of a producer is stored. */
export async function stored(store, producer, baseMs, count) {
  const found = [];
  for (let from = 0; from < count; from += 10_000) {
    const to = Math.min(count, from + 10_000);
    const { series } = await store.scan({
      metric: METRIC,
      service: "faults",
      environment: undefined,
      node: undefined,
      filters: [{ key: "producer", value: producer }],
      groupBy: [],
      fromMs: timeOf(baseMs, from),
      toMs: timeOf(baseMs, to),
      stepMs: 1000,
      aggregation: "sum",
      limit: undefined,
    });
    found.push(...series[0].values);
  }
  return found.map((value) => (Number.isNaN(value) ? 0 : value));
}
