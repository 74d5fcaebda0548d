import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Metricset } from "@tidegauge/protocol";
import { describe, expect, it } from "vitest";
import { describeOutput } from "../output/output.cases.js";
import type { Batch } from "../output/output.js";
import { directory, logged, node, open, until } from "./output-fixture.testing.js";

let sequence = 0;
function batch(count = 1, batchId: string | undefined = `producer:${++sequence}`, metric = "a"): Batch {
  const metricsets = Array.from(
    { length: count },
    (_, index): Metricset => ({ timestamp: 1_700_000_000_000_000 + index, samples: { [metric]: { value: index } } }),
  );
  return {
    batchId,
    receivedAtMs: Date.now(),
    fromTidegauge: true,
    clientAddress: undefined,
    metadata: { service: { name: "shop", agent: { name: "nodejs", version: "1" } } },
    metricsets,
    lines: metricsets.map((_, index) => index + 1),
  };
}

describeOutput("the Elasticsearch output", async () => {
  const output = await open();
  return { output, stored: async (metric) => node.count(metric), dispose: () => output.close() };
});

describe("the target", () => {
  it("SRV-42 gets our templates and top-level fields when it has none of its own", async () => {
    const output = await open();
    await output.write(batch());
    const puts = node.requests.filter(({ method }) => method === "PUT").map(({ path }) => path);
    expect(puts).toEqual(["/_component_template/tidegauge-metrics-apm", "/_index_template/tidegauge-metrics-apm"]);
    expect([...node.documents.values()][0]).toMatchObject({
      index: "metrics-apm.app.shop-default",
      source: { a: 0, metricset: { name: "app" } },
    });
  });

  it("SRV-42 keeps its own templates, and gets metricset.samples, when it is Elastic's", async () => {
    node.isElastic = true;
    const output = await open();
    await output.write(batch());
    expect(node.requests.some(({ method }) => method === "PUT")).toBe(false);
    expect([...node.documents.values()][0]?.source).toMatchObject({
      metricset: { samples: [{ name: "a", value: 0 }] },
    });
  });

  it("is asked again until it answers; until then a batch is refused and the output is not ready", async () => {
    await node.stop();
    const output = await open();
    expect(output.ready()).toMatchObject({ ready: false });
    await expect(output.write(batch())).rejects.toMatchObject({ code: "OUTPUT_UNAVAILABLE", status: 503 });
    await node.start();
    await until(() => output.ready().ready);
    await output.write(batch());
    expect(node.count("a")).toBe(1);
  });

  it("is remembered, so that a restart while it is away takes batches", async () => {
    await (await open()).close();
    await node.stop();
    const output = await open();
    expect(output.ready()).toEqual({ ready: true });
    await output.write(batch(3));
    await output.close();
    await node.start();
    const later = await open();
    await until(() => node.count("a") === 3);
    await until(() => later.figures()[0]?.values[0]?.[1] === 0);
  });

  it("SRV-2 is shown the API key, else the user of the URL, and neither is logged", async () => {
    const withUser = await open({ urls: [node.url.replace("//", "//user:pass%20word@")] });
    await withUser.write(batch());
    expect(node.requests.at(-1)?.authorization).toBe(`Basic ${Buffer.from("user:pass word").toString("base64")}`);
    const withKey = await open({ urls: [node.url.replace("//", "//user:secret@")], apiKey: "a2V5" });
    await node.stop();
    await withKey.write(batch());
    await node.start();
    await until(() => node.requests.at(-1)?.authorization === "ApiKey a2V5");
    expect(logged.join()).not.toMatch(/secret|pass|a2V5/);
  });
});

describe("delivery", () => {
  it("D-SRV-8 has one document a line, whatever is repeated, by batch id or by the document itself", async () => {
    const output = await open();
    const twice = batch(3, "p:1");
    expect((await output.write(twice)).repeated).toBe(false);
    expect((await output.write(twice)).repeated).toBe(true);
    const anonymous = { ...batch(2), batchId: undefined };
    await output.write(anonymous);
    await output.write(anonymous);
    expect(node.documents.size).toBe(5);
  });

  it("SRV-82 sends again only what was put off, and takes 409 for done when an answer was lost", async () => {
    const output = await open();
    let refusals = 2;
    node.itemStatus = ({ source }) => (source.a === 1 && refusals-- > 0 ? 429 : undefined);
    await output.write(batch(3));
    expect(node.count("a")).toBe(3);
    node.losesAnswers = true;
    const written = output.write(batch(2, "lost:1", "b"));
    await until(() => node.count("b") === 2);
    node.losesAnswers = false;
    await written;
    await until(() => output.figures()[0]?.values[0]?.[1] === 0);
    expect(node.count("b")).toBe(2);
  });

  it("D-SRV-5 answers when documents are on disk, and brings them in when the node is back, across a restart", async () => {
    const output = await open();
    node.bulkStatus = 503;
    await Promise.all([output.write(batch(5)), output.write(batch(5)), output.write(batch(5))]);
    expect(node.documents.size).toBe(0);
    expect(readdirSync(join(directory, "queue")).length).toBeGreaterThan(0);
    await output.close();
    node.bulkStatus = undefined;
    const next = await open();
    await until(() => node.documents.size === 15);
    await until(() => next.figures()[0]?.values[0]?.[1] === 0);
    expect(readdirSync(join(directory, "queue"))).toEqual([]);
    expect(logged.filter((line) => line.startsWith("error"))).toHaveLength(1);
  });

  it("SRV-26 refuses with 503 when the disk queue is full, and takes batches again when it has drained", async () => {
    const output = await open({ queueBytes: 2_000 });
    node.bulkStatus = 429;
    await output.write(batch(2));
    await expect(output.write(batch(10))).rejects.toMatchObject({ code: "OUTPUT_FULL", status: 503 });
    node.bulkStatus = undefined;
    await until(() => output.figures()[0]?.values[0]?.[1] === 0);
    await output.write(batch(10));
    expect(node.documents.size).toBe(12);
  });

  it("SRV-82 puts a document that will never be taken aside, counts it, and delivers the others", async () => {
    const output = await open();
    node.itemStatus = ({ source }) => (source.a === 1 ? 400 : undefined);
    expect(await output.write(batch(3))).toEqual({ repeated: false, refused: { deadLetter: 1 } });
    expect(node.documents.size).toBe(2);
    const letters = readFileSync(join(directory, "dead-letters.ndjson"), "utf8").trim().split("\n");
    expect(letters.map((line) => JSON.parse(line))).toMatchObject([{ status: 400, reason: "t: r", source: { a: 1 } }]);
  });

  it("counts a dead document of the disk queue once, however often its body is sent", async () => {
    const output = await open();
    node.bulkStatus = 503;
    await output.write(batch(3));
    let busy = 2;
    node.itemStatus = ({ source }) => (source.a === 1 ? 400 : source.a === 2 && busy-- > 0 ? 429 : undefined);
    node.bulkStatus = undefined;
    await until(() => node.documents.size === 2);
    await until(() => output.figures()[2]?.values[0]?.[1] === 1);
  });

  it("passes over a damaged file of the disk queue and says so", async () => {
    const output = await open();
    node.bulkStatus = 503;
    await output.write(batch(2));
    await output.close();
    const queue = join(directory, "queue");
    const [file] = readdirSync(queue) as [string];
    writeFileSync(join(queue, file), readFileSync(join(queue, file)).fill(0, 10, 20));
    node.bulkStatus = undefined;
    await (await open()).write(batch(1, undefined, "b"));
    await until(() => existsSync(join(queue, `${file}.damaged`)));
    expect(logged.some((line) => line.includes("damaged"))).toBe(true);
    expect(node.count("b")).toBe(1);
  });

  it("asks the next node when one is away, and compresses what is worth it", async () => {
    const output = await open({ urls: ["http://127.0.0.1:9", node.url] });
    for (let i = 0; i < 4; i++) await output.write(batch(10));
    expect(node.documents.size).toBe(40);
    expect(node.requests.filter(({ path }) => path === "/_bulk").every(({ gzip }) => gzip)).toBe(true);
    expect(readdirSync(join(directory, "queue"))).toEqual([]);
  });

  it("SRV-82 keeps an item that the node does not understand from stopping the others", async () => {
    const output = await open();
    node.malformed = ({ source }) => source.a === 3;
    expect(await output.write(batch(9))).toEqual({ repeated: false, refused: { deadLetter: 1 } });
    expect(node.documents.size).toBe(8);
  });

  it("SRV-60 gives a service name of any characters one well-formed data stream", async () => {
    const output = await open();
    const metricset: Metricset = {
      timestamp: 1,
      samples: { a: { value: 1 } },
      service: { name: 'Line\nbreak "x"\u0000' },
    };
    await output.write({ ...batch(0), metricsets: [metricset], lines: [1] });
    expect([...node.documents.values()].map(({ index }) => index)).toEqual(["metrics-apm.app.line_break__x__-default"]);
  });

  it("splits a bulk request that the node finds too large, down to the document that never fits", async () => {
    // A dozen requests: on a busy machine they take longer than the others here have patience.
    const output = await open({ patienceMs: 60_000 });
    node.maxBulkBytes = 1_000;
    const wide = { ...batch(9, "wide:1").metricsets[0], tags: { text: "x".repeat(1_000) } } as Metricset;
    const { metricsets, ...rest } = batch(9, "wide:1");
    const { refused } = await output.write({ ...rest, metricsets: [...metricsets, wide], lines: [...rest.lines, 10] });
    expect(refused).toEqual({ deadLetter: 1 });
    expect(node.documents.size).toBe(9);
  });

  it("SRV-82 asks a node for less that finds what lies on disk too much at a time", async () => {
    const output = await open();
    node.bulkStatus = 429;
    await output.write(batch(200));
    node.maxBulkBytes = 20_000;
    node.tooLargeStatus = 429;
    node.bulkStatus = undefined;
    await until(() => output.figures()[0]?.values[0]?.[1] === 0);
    expect(node.documents.size).toBe(200);
  });

  it("SRV-82 goes on soon while a busy node takes a few of the documents each time", async () => {
    const output = await open();
    node.bulkStatus = 503;
    await output.write(batch(20));
    // One document a request: with pauses that grew, twenty of them would take minutes.
    let left = 1;
    let requests = 0;
    node.itemStatus = () => {
      const bulks = node.requests.filter(({ path }) => path === "/_bulk").length;
      if (bulks !== requests) left = 1;
      requests = bulks;
      return left-- > 0 ? undefined : 429;
    };
    node.bulkStatus = undefined;
    await until(() => node.documents.size === 20);
  }, 60_000);

  it("D-SRV-5 has every document once although answers were cut", async () => {
    const output = await open();
    node.cutsAnswers = true;
    await output.write(batch(5, "cut:1"));
    node.cutsAnswers = false;
    await until(() => output.figures()[0]?.values[0]?.[1] === 0);
    expect(node.documents.size).toBe(5);
  });

  it("D-SRV-5 answers in time although a node hangs, closes at once, and delivers after a restart", async () => {
    const output = await open();
    node.hangs = true;
    const began = node.requests.length;
    await Promise.all([output.write(batch(4)), output.write(batch(4))]);
    expect(node.requests.length).toBeGreaterThan(began);
    expect(output.ready()).toEqual({ ready: true });
    // Closing ends the requests under way: it would otherwise wait for their time-out, 30 s.
    await output.close();
    node.hangs = false;
    const next = await open();
    await until(() => next.figures()[0]?.values[0]?.[1] === 0);
    expect(node.documents.size).toBe(8);
  });

  it("D-SRV-5 loses nothing that was under way when it is closed while the node is away", async () => {
    const output = await open();
    await node.stop();
    const written = Promise.all(Array.from({ length: 20 }, () => output.write(batch(3))));
    await output.close();
    await written;
    await node.start();
    const next = await open();
    await until(() => next.figures()[0]?.values[0]?.[1] === 0);
    expect(node.documents.size).toBe(60);
  });

  it("SRV-26 refuses with 503 what would hold more memory than it may, and takes it later", async () => {
    const output = await open({ heldBytes: 2_000 });
    node.hangs = true;
    const held = output.write(batch(5));
    await expect(output.write(batch(5, "second:1"))).rejects.toMatchObject({ code: "OUTPUT_FULL", status: 503 });
    node.hangs = false;
    await held;
    await output.write(batch(5, "second:1"));
    await output.close();
    const next = await open();
    await until(() => next.figures()[0]?.values[0]?.[1] === 0);
    expect(node.documents.size).toBe(10);
  });

  it("is not ready while neither nodes nor disk take anything, and takes batches when the disk does again", async () => {
    const output = await open();
    node.bulkStatus = 503;
    const queue = join(directory, "queue");
    rmSync(queue, { recursive: true });
    await expect(output.write(batch(2))).rejects.toMatchObject({ code: "OUTPUT_FULL", status: 503 });
    expect(output.ready()).toMatchObject({ ready: false, reason: expect.stringContaining("ENOENT") });
    // Nobody sends a batch to a server that is not ready: it finds out by itself.
    mkdirSync(queue);
    await until(() => output.ready().ready);
    expect(readdirSync(queue)).toEqual([]);
    await output.write(batch(2));
    expect(output.ready()).toEqual({ ready: true });
    node.bulkStatus = undefined;
    await until(() => node.documents.size === 2);
  });

  it("SRV-42 puts its templates again before anything is sent to a node that came back empty", async () => {
    const output = await open();
    await output.write(batch(1));
    await node.stop();
    await output.write(batch(1));
    node.wipe();
    await node.start();
    await until(() => node.documents.size === 1);
    expect(node.hasTemplate("_index_template/tidegauge-metrics-apm")).toBe(true);
    const paths = node.requests.map(({ path }) => path);
    expect(paths.lastIndexOf("/_bulk")).toBeGreaterThan(paths.lastIndexOf("/_index_template/tidegauge-metrics-apm"));
  });

  it("D-SRV-8 tells equal documents of one request apart, as a real APM Server stores each", async () => {
    const output = await open();
    const [metricset] = batch(1).metricsets as [Metricset];
    const twins = { ...batch(0), batchId: undefined, metricsets: [metricset, metricset], lines: [1, 2] };
    await output.write(twins);
    await output.write(twins);
    expect(node.documents.size).toBe(2);
  });
});

describe("the target's templates", () => {
  it("SRV-42 are left alone when the node does not say whether Elastic's are there", async () => {
    node.isElastic = true;
    node.templateStatus = 500;
    const output = await open();
    expect(output.ready()).toMatchObject({ ready: false, reason: expect.stringContaining("HTTP 500") });
    expect(node.requests.some(({ method }) => method === "PUT")).toBe(false);
    node.templateStatus = undefined;
    await until(() => output.ready().ready);
    expect(node.requests.some(({ method }) => method === "PUT")).toBe(false);
  });

  it("are not put again when they are there, so that what a user changed stays", async () => {
    await (await open()).close();
    const puts = () => node.requests.filter(({ method }) => method === "PUT").length;
    const before = puts();
    await open();
    expect(puts()).toBe(before);
  });

  it("SRV-2 a node that refuses the credentials is named with what to do", async () => {
    node.templateStatus = 403;
    const output = await open();
    expect(output.ready()).toMatchObject({ reason: expect.stringContaining("privilege") });
  });
});
