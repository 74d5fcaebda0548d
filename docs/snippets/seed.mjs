const MINUTE_MS = 60_000;

/**
 * Gives a server what the pages talk about: the service `shop` on two nodes with the metrics they ask for, over the last
 * minutes; one node was restarted.
 *
 * @param {string} url of the server
 */
export async function seed(url) {
  const now = Date.now();
  await report(url, { node: "web-1", ephemeralId: "before", from: now - 20 * MINUTE_MS, reports: 8 });
  await report(url, { node: "web-1", ephemeralId: "after", from: now - 8 * MINUTE_MS, reports: 8 });
  await report(url, { node: "web-2", ephemeralId: "other", from: now - 20 * MINUTE_MS, reports: 20 });
}

async function report(url, { node, ephemeralId, from, reports }) {
  const metadata = {
    service: {
      name: "shop",
      version: "1.4.2",
      environment: "production",
      agent: { name: "nodejs", version: "0.1.0", ephemeral_id: ephemeralId },
      node: { configured_name: node },
    },
    process: { pid: 42 },
    system: { detected_hostname: `${node}.example.org` },
  };
  const lines = [{ metadata }];
  for (let n = 0; n < reports; n++) {
    const timestamp = (from + n * MINUTE_MS) * 1000;
    for (const metricset of metricsets(n)) lines.push({ metricset: { timestamp, ...metricset } });
  }
  const answer = await fetch(`${url}/intake/v2/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", "x-tidegauge-batch": `${ephemeralId}:1` },
    body: `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
  });
  if (answer.status !== 202) throw new Error(`the server refused the data of the pages: ${await answer.text()}`);
}

const delta = (value) => ({ value, type: "counter", temporality: "delta" });

function metricsets(n) {
  const named = { name: "GET /search", type: "request" };
  const tags = { "transaction.name": named.name, "transaction.type": named.type, "event.outcome": "success" };
  return [
    { samples: { "system.cpu.total.norm.pct": { value: 0.2 + n / 100, type: "gauge", unit: "percent" } } },
    { samples: { "system.process.cpu.total.norm.pct": { value: 0.1, type: "gauge", unit: "percent" } } },
    { samples: { "shop.orders": delta(3), my_counter: delta(10) }, tags: { region: "eu" } },
    { samples: { "shop.orders": delta(1) }, tags: { region: "us" } },
    {
      samples: {
        "transaction.duration.us": {
          values: [109.2, 154.5, 218.5],
          counts: [5, 3, 1 + n],
          type: "histogram",
          unit: "us",
          temporality: "delta",
        },
      },
      tags,
    },
    {
      transaction: named,
      span: { type: "db", subtype: "mysql" },
      samples: { "span.self_time.sum.us": delta(12_500), "span.self_time.count": delta(3) },
    },
  ];
}
