import { gzipSync } from "node:zlib";

const GAUGES = [
  ["system.cpu.total.norm.pct", 0.5],
  ["system.process.cpu.total.norm.pct", 0.3],
  ["system.memory.total", 16e9],
  ["system.memory.actual.free", 8e9],
  ["system.process.memory.rss.bytes", 2e8],
  ["nodejs.memory.heap.used.bytes", 1e8],
  ["nodejs.memory.heap.allocated.bytes", 1.4e8],
  ["nodejs.eventloop.delay.avg.ms", 2],
];

/**
 * Sends what `services` × `nodes` Node.js processes would have reported over the last `hours`, every `everyMs`.
 *
 * @returns {Promise<number>} metricsets accepted
 */
export async function fill(url, { services, nodes, hours, everyMs }) {
  const end = Date.now();
  const start = end - hours * 3_600_000;
  let accepted = 0;
  for (let service = 0; service < services; service++) {
    for (let node = 0; node < nodes; node++) {
      const name = `service-${service}`;
      const lines = [metadata(name, `node-${node}`)];
      for (let time = start; time < end; time += everyMs) {
        lines.push(...metricsets(time, service + node / nodes));
        if (lines.length >= 2000 || time + everyMs >= end) {
          accepted += await send(url, lines);
          lines.length = 1;
        }
      }
    }
  }
  return accepted;
}

function metadata(service, node) {
  const agent = { name: "nodejs", version: "0.1.0", ephemeral_id: `${service}-${node}` };
  return JSON.stringify({
    metadata: {
      service: { name: service, version: "1.0.0", environment: "bench", agent, node: { configured_name: node } },
    },
  });
}

function metricsets(timeMs, seed) {
  const wave = 1 + 0.4 * Math.sin(timeMs / 1_800_000 + seed);
  const samples = Object.fromEntries(GAUGES.map(([name, value]) => [name, { value: value * wave, type: "gauge" }]));
  const durations = {
    values: [1000, 8000, 64_000],
    counts: [20, Math.round(30 * wave), 4],
    type: "histogram",
    temporality: "delta",
  };
  const tags = { "transaction.name": "GET /", "transaction.type": "request", "event.outcome": "success" };
  return [
    JSON.stringify({ metricset: { timestamp: timeMs * 1000, samples } }),
    JSON.stringify({
      metricset: { timestamp: timeMs * 1000, samples: { "transaction.duration.us": durations }, tags },
    }),
  ];
}

async function send(url, lines) {
  const response = await fetch(`${url}/intake/v2/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip" },
    body: gzipSync(`${lines.join("\n")}\n`, { level: 1 }),
  });
  if (response.status !== 202) throw new Error(`intake answered ${response.status}: ${await response.text()}`);
  return lines.length - 1;
}
