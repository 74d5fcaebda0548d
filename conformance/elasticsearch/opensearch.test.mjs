// A real OpenSearch and a real Elasticsearch take what real agents sent: everything reads back with the recorded values.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { readingsOfDocuments, readingsOfLines } from "./readings.mjs";
import { SearchNode } from "./search-node.mjs";
import { settled } from "./settled.mjs";

const REQUESTS = fileURLToPath(new URL("../golden/requests", import.meta.url));

describe.each(["opensearch", "elasticsearch"])("%s", (kind) => {
  const directory = temporaryDirectory();
  let node;
  let server;

  beforeAll(async () => {
    node = await SearchNode.start(kind);
    server = await TidegaugeProcess.start([
      ...["serve", "--data-dir", directory.path, "--output", "elasticsearch", "--elasticsearch-url", node.url],
    ]);
  }, 300_000);

  afterAll(async () => {
    await server?.stop();
    await node?.remove();
    directory.remove();
  });

  /** Sends a body; a node that is slow gets it a moment later from the server's disk. */
  const post = async (body, batch) => {
    const answer = await fetch(`${server.url}/intake/v2/events?verbose`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-ndjson",
        ...(batch === undefined ? {} : { "X-Tidegauge-Batch": batch }),
      },
      body,
    });
    await settled(server);
    return answer;
  };

  it("SRV-42 has the templates of a node without Elastic's own", async () => {
    const { index_templates } = await node.ask("_index_template/tidegauge-metrics-apm");
    expect(index_templates[0].index_template).toMatchObject({ data_stream: {}, priority: 200 });
  });

  it("SRV-40 … SRV-61 what Elastic's agents recorded reads back, sample by sample, from the right data streams", async () => {
    const bodies = ["python-agent", "node-agent"].flatMap((agent) =>
      readdirSync(`${REQUESTS}/${agent}`)
        .filter((name) => /^\d+\.ndjson$/.test(name))
        .map((name) => readFileSync(`${REQUESTS}/${agent}/${name}`, "utf8")),
    );
    for (const body of bodies) {
      const answer = await post(body);
      expect([202, 400]).toContain(answer.status);
    }
    const documents = await node.documents();
    expect(readingsOfDocuments(documents)).toEqual(readingsOfLines(bodies));
    const streams = [...new Set(documents.map(({ index }) => index))].sort();
    expect(streams).toEqual([
      "metrics-apm.app.node_golden-default",
      "metrics-apm.app.py_golden-default",
      "metrics-apm.internal-default",
    ]);
  });

  it("D-SRV-8 a repeat adds nothing, with a batch id and without", async () => {
    const body = readFileSync(`${REQUESTS}/python-agent/006.ndjson`, "utf8");
    const before = await node.count();
    await post(body);
    expect(await node.count(), "the document's own id").toBe(before);
    await post(body, "repeat:1");
    const after = await node.count();
    await post(body, "repeat:1");
    expect(await node.count(), "the batch's id").toBe(after);
    expect(after).toBeGreaterThan(before);
  });

  it("maps a first 0 as a double, so that a later fraction is not cut", async () => {
    const line = (value, timestamp) =>
      `{"metricset":{"samples":{"ratio":{"value":${value}}},"timestamp":${timestamp}}}\n`;
    const metadata = '{"metadata":{"service":{"name":"first","agent":{"name":"x","version":"1"}}}}\n';
    await post(metadata + line(0, 1_700_000_000_000_000));
    await post(metadata + line(0.5, 1_700_000_001_000_000));
    expect(await node.count("service.name:first")).toBe(2);
    const { aggregations } = await node.ask("metrics-apm.app.first-default/_search?size=0", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"aggs":{"mean":{"avg":{"field":"ratio"}}}}',
    });
    expect(aggregations.mean.value).toBe(0.25);
  });

  it("SRV-82 puts a document aside that the mapping refuses, names it in /metrics, and takes the others", async () => {
    const metadata = '{"metadata":{"service":{"name":"clash","agent":{"name":"x","version":"1"}}}}\n';
    const line = (name) => `{"metricset":{"samples":{"${name}":{"value":1}},"timestamp":1700000000000000}}\n`;
    expect((await post(metadata + line("foo"))).status).toBe(202);
    expect((await post(metadata + line("foo.bar") + line("other"))).status).toBe(202);
    expect(await node.count("service.name:clash")).toBe(2);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain("tidegauge_elasticsearch_dead_letters_total 1");
    const [letter] = readFileSync(`${directory.path}/elasticsearch/dead-letters.ndjson`, "utf8").trim().split("\n");
    expect(JSON.parse(letter)).toMatchObject({ status: 400, source: { "foo.bar": 1 } });
  });

  it("SRV-82 holds what a blocked data stream and a full cluster refuse, takes the others, and everything when that is over", async () => {
    const metadata = (service) => `{"metadata":{"service":{"name":"${service}","agent":{"name":"x","version":"1"}}}}\n`;
    const line = (timestamp) => `{"metricset":{"samples":{"amount":{"value":1}},"timestamp":${timestamp}}}\n`;
    const send = async (service, timestamp) => {
      const answer = await fetch(`${server.url}/intake/v2/events`, {
        method: "POST",
        headers: { "Content-Type": "application/x-ndjson" },
        body: metadata(service) + line(timestamp),
      });
      expect(answer.status).toBe(202);
    };
    const set = (path, settings) =>
      node.ask(path, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(settings),
      });
    await send("blocked", 1_700_000_000_000_000);
    await send("free", 1_700_000_000_000_000);
    await settled(server);
    const lettersBefore = deadLetters(await metricsOf(server));
    await set("metrics-apm.app.blocked-default/_settings", { "index.blocks.write": true });
    await set("_cluster/settings", { persistent: { "cluster.max_shards_per_node": 1 } });
    await send("blocked", 1_700_000_001_000_000);
    await send("newcomer", 1_700_000_001_000_000);
    for (let second = 1; second <= 5; second++) await send("free", 1_700_000_000_000_000 + second * 1_000_000);
    while ((await node.count("service.name:free")) < 6) await new Promise((resolve) => setTimeout(resolve, 50));
    while (!/^tidegauge_elasticsearch_held_bytes [1-9]/m.test(await metricsOf(server)))
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await node.count("service.name:blocked OR service.name:newcomer")).toBe(1);
    await set("metrics-apm.app.blocked-default/_settings", { "index.blocks.write": false });
    await set("_cluster/settings", { persistent: { "cluster.max_shards_per_node": null } });
    await settled(server);
    expect(await node.count("service.name:blocked OR service.name:newcomer")).toBe(3);
    expect(deadLetters(await metricsOf(server))).toBe(lettersBefore);
  });
});

const metricsOf = async (server) => (await fetch(`${server.url}/metrics`)).text();
const deadLetters = (metrics) => /^tidegauge_elasticsearch_dead_letters_total (\d+)$/m.exec(metrics)[1];
