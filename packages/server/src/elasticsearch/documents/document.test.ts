import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Metadata, Metricset } from "@tidegauge/protocol";
import { IntakeDecoder } from "@tidegauge/protocol/decode";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../output/output.js";
import { type DocumentOptions, documentsOf } from "./document.js";

const REQUESTS = new URL("../../../../../conformance/golden/requests/", import.meta.url);
const OPTIONS: DocumentOptions = { form: "metricset.samples", namespace: "default", observerVersion: "9.5.2" };

const METADATA: Metadata = { service: { name: "My App", agent: { name: "nodejs", version: "1.0.0" } } };

function batchOf(metricsets: Metricset[], metadata: Metadata = METADATA): Batch {
  return {
    batchId: undefined,
    receivedAtMs: 0,
    fromTidegauge: false,
    clientAddress: undefined,
    metadata,
    metricsets,
    lines: metricsets.map((_, index) => index + 1),
  };
}

function documentOf(metricset: Omit<Metricset, "timestamp">, metadata?: Metadata, options = OPTIONS) {
  const { documents } = documentsOf(batchOf([{ timestamp: 1_700_000_000_123_456, ...metricset }], metadata), options);
  const { dataStream, source } = documents[0] as (typeof documents)[number];
  return { dataStream, fields: JSON.parse(source) as Record<string, unknown> };
}

/** Samples have no order on the wire: the recorded decoder walks them in that of a Go map. */
function sorted(document: Record<string, unknown>): Record<string, unknown> {
  const metricset = document.metricset as { samples?: { name: string }[] };
  metricset.samples?.sort((a, b) => (a.name < b.name ? -1 : 1));
  return document;
}

describe("documents of captured requests", () => {
  it.each([
    "python-agent-003",
    "python-agent-004",
    "python-agent-005",
    "python-agent-006",
    "node-agent-003",
    "node-agent-004",
    "node-agent-005",
  ])("SRV-40 … SRV-61 %s equals what Elastic's own decoder makes of it", (name) => {
    const cut = name.lastIndexOf("-");
    const body = readFileSync(new URL(`${name.slice(0, cut)}/${name.slice(cut + 1)}.ndjson`, REQUESTS));
    const decoder = new IntakeDecoder(0);
    decoder.write(body);
    decoder.end();
    const { metricsets, lines } = decoder.take();
    const { documents } = documentsOf({ ...batchOf(metricsets, decoder.metadata), lines }, OPTIONS);
    const ours = documents.map(({ source }) => {
      // The recorded decoder stops before the server adds itself and the processor.
      const { observer, processor, ...rest } = JSON.parse(source) as Record<string, unknown>;
      expect(observer).toEqual({ hostname: hostname(), type: "apm-server", version: "9.5.2" });
      expect(processor).toEqual({ event: "metric" });
      return sorted(rest);
    });
    const recorded = readFileSync(new URL(`./golden/${name}.docs.ndjson`, import.meta.url), "utf8");
    const theirs = recorded
      .trim()
      .split("\n")
      .map((line) => sorted(JSON.parse(line)));
    expect(ours.length).toBe(theirs.length);
    expect(ours).toEqual(theirs);
  });
});

describe("a document", () => {
  it("SRV-40 SRV-41 SRV-51 has its time in milliseconds, its data stream and its observer", () => {
    const { dataStream, fields } = documentOf({ samples: { a: { value: 1 } } });
    expect(dataStream).toBe("metrics-apm.app.my_app-default");
    expect(fields).toMatchObject({
      "@timestamp": "2023-11-14T22:13:20.123Z",
      metricset: { name: "app" },
      data_stream: { type: "metrics", dataset: "apm.app.my_app", namespace: "default" },
      observer: { type: "apm-server" },
    });
  });

  it("SRV-42 SRV-43 lists samples, and keeps buckets only of histograms", () => {
    const samples = {
      h: { values: [1, 2], counts: [3, 4], type: "histogram" as const },
      untyped: { values: [1], counts: [2] },
      u: { value: 2, type: "gauge" as const, unit: "byte" },
    };
    expect(documentOf({ samples }).fields.metricset).toEqual({
      name: "app",
      samples: [
        { name: "h", type: "histogram", values: [1, 2], counts: [3, 4] },
        { name: "untyped", value: 0 },
        { name: "u", type: "gauge", unit: "byte", value: 2 },
      ],
    });
    expect(documentOf({ samples }, METADATA, { ...OPTIONS, form: "fields" }).fields).toMatchObject({
      h: { values: [1, 2], counts: [3, 4] },
      untyped: 0,
      u: 2,
    });
  });

  it("SRV-44 keeps texts and numbers apart, and lets the event's label win over a global one of its kind", () => {
    const metadata = { ...METADATA, labels: { "a.b": "global", n: 1, only: true, both: 1 } };
    const { fields } = documentOf({ samples: { a: { value: 1 } }, tags: { "a*b": "own", both: "x", m: 2 } }, metadata);
    expect(fields.labels).toEqual({ a_b: "own", only: "true", both: "x" });
    expect(fields.numeric_labels).toEqual({ n: 1, both: 1, m: 2 });
  });

  it("SRV-45 BD-53 of a breakdown has whole numbers and nothing else of the samples", () => {
    const samples = {
      "span.self_time.count": { value: 3.9 },
      "span.self_time.sum.us": { value: 12_500.7 },
      other: { value: 1 },
    };
    const metricset = { samples, transaction: { name: "GET /", type: "request" }, span: { type: "db", subtype: "" } };
    const { dataStream, fields } = documentOf(metricset);
    expect(dataStream).toBe("metrics-apm.internal-default");
    expect(fields).toMatchObject({
      metricset: { name: "span_breakdown" },
      transaction: { name: "GET /", type: "request" },
    });
    expect(fields.span).toEqual({ type: "db", self_time: { count: 3, "sum.us": 12_500 } });
    const expanded = documentOf(metricset, METADATA, { ...OPTIONS, form: "fields" }).fields;
    expect(expanded.span).toEqual({ type: "db", self_time: { count: 3, sum: { us: 12_500 } } });
    const none = documentOf({ ...metricset, samples: { "span.self_time.count": { value: 0 } } }).fields;
    expect(none.span).toEqual({ type: "db" });
  });

  it("SRV-46 takes the metricset's service for the metadata's", () => {
    const metadata = { service: { ...METADATA.service, version: "1" } };
    const samples = { a: { value: 1 } };
    expect(documentOf({ samples, service: { name: "other" } }, metadata)).toMatchObject({
      dataStream: "metrics-apm.app.other-default",
      fields: { service: { name: "other" } },
    });
    expect(documentOf({ samples, service: { name: "other" } }, metadata).fields.service).not.toHaveProperty("version");
    expect(documentOf({ samples, service: { version: "2" } }, metadata).fields.service).toMatchObject({
      name: "My App",
      version: "2",
    });
  });

  it("SRV-50 finds the host's name, in Kubernetes only by the node", () => {
    const host = (system: Metadata["system"]) =>
      documentOf({ samples: { a: { value: 1 } } }, { ...METADATA, system: system ?? {} }).fields;
    expect(host({ detected_hostname: "d" })).toMatchObject({
      host: { name: "d", hostname: "d" },
      service: { node: { name: "d" } },
    });
    expect(host({ detected_hostname: "d", configured_hostname: "c" })).toMatchObject({
      host: { name: "c", hostname: "d" },
    });
    expect(host({ hostname: "old" })).toMatchObject({ host: { name: "old", hostname: "old" } });
    expect(host({ detected_hostname: "pod", kubernetes: { node: { name: "n" } } })).toMatchObject({
      host: { name: "n", hostname: "n" },
    });
    expect(host({ detected_hostname: "pod", kubernetes: { pod: { uid: "u" } } })).not.toHaveProperty("host");
    expect(host({ container: { id: "c1" }, detected_hostname: "d" })).toMatchObject({
      service: { node: { name: "c1" } },
    });
  });

  it("SRV-60 SRV-61 stays internal while every name is, and loses types there", () => {
    const internal = documentOf({
      samples: {
        "system.memory.total": { value: 1, type: "gauge" },
        "nodejs.handles.active": { values: [1], counts: [1], type: "histogram" },
      },
    });
    expect(internal.dataStream).toBe("metrics-apm.internal-default");
    expect(internal.fields.metricset).toEqual({
      name: "app",
      samples: [
        { name: "system.memory.total", value: 1 },
        { name: "nodejs.handles.active", value: 0 },
      ],
    });
    expect(documentOf({ samples: { "system.memory.total": { value: 1 }, mine: { value: 1 } } }).dataStream).toBe(
      "metrics-apm.app.my_app-default",
    );
    const spelled = { service: { ...METADATA.service, name: "1234_service-12a3" } };
    expect(documentOf({ samples: { a: { value: 1 } } }, spelled).dataStream).toBe(
      "metrics-apm.app.1234_service_12a3-default",
    );
  });

  it("keeps its envelope when a metric is called like a part of it, and counts what was left out", () => {
    const metricset = { timestamp: 1_000, samples: { service: { value: 1 }, x: { value: 2 }, cloud: { value: 3 } } };
    const { documents, refused } = documentsOf(batchOf([metricset]), { ...OPTIONS, form: "fields" });
    const fields = JSON.parse(documents[0]?.source as string) as Record<string, unknown>;
    expect(fields).toMatchObject({ service: { name: "My App" }, x: 2 });
    expect(fields).not.toHaveProperty("cloud");
    expect(refused).toEqual({ reservedName: 2 });
  });

  it("is valid JSON in one line without doubled keys, whatever names and labels hold", () => {
    const name = 'a"\\\n\u2028.b';
    const { fields } = documentOf(
      {
        samples: { [name]: { value: -0 }, big: { value: 1e21 }, small: { value: 5e-324 } },
        tags: JSON.parse('{"__proto__":"p","a.b":"1","a*b":"2","t":true}') as Record<string, string>,
      },
      METADATA,
      { ...OPTIONS, form: "fields" },
    );
    expect(fields).toMatchObject({ [name]: 0, big: 1e21, small: 5e-324 });
    expect(JSON.stringify(fields.labels)).toBe('{"__proto__":"p","a_b":"2","t":"true"}');
  });

  it("has its own time, also when neighbours have others", () => {
    const at = (timestamp: number): Metricset => ({ timestamp, samples: { a: { value: 1 } } });
    const { documents } = documentsOf(batchOf([at(1_000_000), at(1_000_999), at(1_001_000)]), OPTIONS);
    expect(documents.map(({ source }) => (JSON.parse(source) as { "@timestamp": string })["@timestamp"])).toEqual([
      "1970-01-01T00:00:01.000Z",
      "1970-01-01T00:00:01.000Z",
      "1970-01-01T00:00:01.001Z",
    ]);
  });
});

describe("docs/elasticsearch.md", () => {
  const page = readFileSync(new URL("../../../../../docs/elasticsearch.md", import.meta.url), "utf8");

  it("shows a document as it is written", () => {
    const [, shown] = /^```json\n(.*?)^```$/ms.exec(page) as RegExpExecArray;
    const metadata: Metadata = {
      service: {
        name: "shop",
        version: "1.4.0",
        environment: "production",
        agent: { name: "nodejs", version: "0.1.0", ephemeral_id: "8f1c" },
        node: { configured_name: "shop-1" },
        language: { name: "javascript" },
        runtime: { name: "node", version: "22.12.0" },
      },
      process: { pid: 4711, title: "node" },
      system: { detected_hostname: "web-1", architecture: "x64", platform: "linux" },
      labels: { team: "alpha" },
    };
    const metricset: Metricset = {
      timestamp: Date.UTC(2025, 10, 26, 12) * 1000 + 123_456,
      samples: {
        orders: { value: 3, type: "counter" },
        latency: { values: [5.5, 55], counts: [2, 1], type: "histogram" },
      },
      tags: { region: "eu", slots: 4 },
    };
    const batch = { ...batchOf([metricset], metadata), clientAddress: "192.0.2.7" };
    const [document] = documentsOf(batch, { ...OPTIONS, form: "fields" }).documents;
    const written = JSON.parse(document?.source as string) as Record<string, Record<string, unknown>>;
    expect({ ...written, observer: { ...written.observer, hostname: "gauge-1" } }).toEqual(JSON.parse(shown as string));
  });

  it("names flags and metrics that there are", () => {
    const source = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
    const known = source("../../../../cli/src/serve.ts");
    for (const [flag] of page.matchAll(/--[a-z][a-z-]+/g)) expect(known).toContain(`"${flag} `);
    const metrics = source("../figures.ts") + source("../../health/metrics.ts");
    for (const [name] of page.matchAll(/tidegauge_[a-z_]+/g)) expect(metrics).toContain(`"${name}"`);
  });
});
