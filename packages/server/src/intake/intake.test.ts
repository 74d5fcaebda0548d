import { request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "../options.js";
import { OutputError } from "../output/output.js";
import {
  METADATA_LINE,
  metricsetLine,
  type ReceiverFixture,
  send,
  startReceiver,
} from "../testing/receiver-fixture.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 15_000 } } });

const NDJSON = { "Content-Type": "application/x-ndjson" };
const EVENTS = "/intake/v2/events?verbose";

describe("intake", () => {
  let fixture: ReceiverFixture;
  const sockets: Socket[] = [];
  async function start(options: ServerOptions = {}): Promise<void> {
    fixture = await startReceiver(options);
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await fixture.close();
  });
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    send(fixture.url + EVENTS, { method: "POST", headers: { ...NDJSON, ...headers }, body });
  const values = (): (number | undefined)[] =>
    fixture.output.batches.flatMap(({ metricsets }) => metricsets.map(({ samples }) => samples.a?.value));
  const numbered = (count: number): string => Array.from({ length: count }, (_, i) => metricsetLine("a", i)).join("");
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

  /** A connection that says what it is told, and collects what comes back. */
  function raw(head: string): { socket: Socket; received: () => string } {
    const socket = connect(fixture.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.write(head);
    sockets.push(socket);
    return { socket, received: () => text };
  }
  const upload = (length: number): string =>
    `POST ${EVENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${length}\r\n\r\n`;

  it("SRV-40 W-90 hands the output who sent what, when, in which line", async () => {
    await start();
    const before = Date.now();
    await post(`${METADATA_LINE}${metricsetLine("a", 1)}{"foo":1}\n${metricsetLine("a", 2)}`, {
      "X-Tidegauge-Batch": "eph:7",
      "User-Agent": "apm-agent-nodejs/1.0.0 (shop) tidegauge",
      "X-Forwarded-For": "203.0.113.9, 10.0.0.1",
    });
    const [batch] = fixture.output.batches;
    expect(batch).toMatchObject({
      batchId: "eph:7",
      fromTidegauge: true,
      clientAddress: "203.0.113.9",
      metadata: { service: { name: "edge" } },
      lines: [1, 3],
    });
    expect(batch?.receivedAtMs).toBeGreaterThanOrEqual(before);
  });

  it("SRV-4 SRV-29 gives no anonymous access beside credentials, and ?flushed no meaning", async () => {
    await start({ secretToken: "s3cret-s3cret-s3cret" });
    const rum = METADATA_LINE.replace('"python"', '"rum-js"');
    expect((await post(rum + numbered(1))).status).toBe(401);
    const headers = { ...NDJSON, Authorization: "Bearer s3cret-s3cret-s3cret" };
    for (const query of ["?flushed=true", "?flushed=false", ""]) {
      const answer = await send(`${fixture.url}/intake/v2/events${query}`, {
        method: "POST",
        headers,
        body: METADATA_LINE + numbered(1),
      });
      expect(answer).toMatchObject({ status: 202, text: "" });
    }
  });

  it("SRV-23 SRV-25 SRV-28 answers with the highest status of all errors, each with its line", async () => {
    await start();
    const answer = await post(
      `${METADATA_LINE}${numbered(1)}{ "invalid-json" }\n   \n{"metricset":{"samples":{"a*b":{"value":1}}}}\n`,
    );
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      accepted: 1,
      errors: [
        { message: 'did not recognize object type: "invalid-json"', document: '{ "invalid-json" }' },
        { message: 'did not recognize object type: ""', document: "   " },
        {
          message:
            "validation error: metricset: 'samples': validation rule 'patternKeys(patternNoAsteriskQuote)' violated",
          document: '{"metricset":{"samples":{"a*b":{"value":1}}}}',
        },
      ],
    });
    expect(String(answer.headers.connection)).toBe("Close");
    const damaged = gzipSync(`${METADATA_LINE}{"foo":1}\n`).subarray(0, -8);
    expect((await post(damaged)).json?.errors).toHaveLength(2);
    expect((await post(damaged)).status).toBe(500);
  });

  it("D-SRV-2 answers a repeated batch 202 and stores it once", async () => {
    await start();
    for (let i = 0; i < 2; i++) {
      const answer = await post(METADATA_LINE + numbered(3), { "X-Tidegauge-Batch": "eph:1" });
      expect(answer).toMatchObject({ status: 202, json: { accepted: 3 } });
    }
    expect(values()).toEqual([0, 1, 2]);
  });

  it("D-SRV-5 answers only when the output has written", async () => {
    await start();
    let finish = (): void => {};
    fixture.output.before = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    let answered = false;
    const answer = post(METADATA_LINE + numbered(1)).then((result) => {
      answered = true;
      return result;
    });
    await expect.poll(async () => (await send(`${fixture.url}/metrics`)).text).toContain("tidegauge_queue_batches 1");
    expect(answered).toBe(false);
    finish();
    expect((await answer).status).toBe(202);
  });

  it("writes a large body in parts whose ids a repeat gets again", async () => {
    await start();
    const body = METADATA_LINE + numbered(4_500);
    for (const encoded of [body, gzipSync(body)]) {
      const answer = await post(encoded, { "X-Tidegauge-Batch": "eph:5" });
      expect(answer).toMatchObject({ status: 202, json: { accepted: 4_500 } });
    }
    expect(values()).toEqual(range(4_500));
    expect(fixture.output.batches.map(({ batchId }) => batchId)).toEqual(
      ["eph:5", "eph#1:5", "eph#2:5"].slice(0, fixture.output.batches.length),
    );
    expect(fixture.output.batches.length).toBeGreaterThan(1);
  });

  it("SRV-21 reads gzip, zlib, two members and chunks of any size as one stream", async () => {
    await start();
    const [head, tail] = [METADATA_LINE + numbered(2), numbered(2)];
    for (const body of [
      gzipSync(head + tail),
      deflateSync(head + tail),
      Buffer.concat([gzipSync(head), gzipSync(tail)]),
    ]) {
      expect(await post(body)).toMatchObject({ status: 202, json: { accepted: 4 } });
    }
    const big = METADATA_LINE + metricsetLine("a", 1).repeat(20_000);
    for (const body of [big, gzipSync(big, { level: 0 })]) {
      expect(await post(body)).toMatchObject({ status: 202, json: { accepted: 20_000 } });
    }
  });

  it("SRV-21 keeps every event before the damage of a compressed body", async () => {
    await start();
    const body = METADATA_LINE + numbered(500);
    for (const whole of [gzipSync(body), deflateSync(body)]) {
      const cut = await post(whole.subarray(0, whole.length - 6));
      expect(cut.status).toBe(500);
      expect(cut.json?.errors).toEqual([{ message: "cannot handle stream: unexpected EOF" }]);
    }
    expect(values().slice(0, 499)).toEqual(range(499));
    const damaged = gzipSync(body);
    damaged.writeUInt32LE(0, damaged.length - 8);
    expect(await post(damaged)).toMatchObject({ status: 500, json: { accepted: 500 } });
    // Too large to be unpacked in one piece: the stream keeps all but what was under way.
    const large = gzipSync(METADATA_LINE + numbered(20_000), { level: 1 });
    large.fill(0xff, large.length - 2_000, large.length - 1_000);
    const streamed = await post(large);
    expect(streamed.status).toBe(500);
    expect(streamed.json?.accepted).toBeGreaterThan(10_000);
  });

  it("W-90 stores nothing of a batch that broke off, since its sender repeats it", async () => {
    await start();
    const whole = gzipSync(METADATA_LINE + numbered(50));
    const cut = await post(whole.subarray(0, -8), { "X-Tidegauge-Batch": "eph:1" });
    expect(cut).toMatchObject({ status: 500, json: { accepted: 0 } });
    expect(await post(whole, { "X-Tidegauge-Batch": "eph:1" })).toMatchObject({ status: 202, json: { accepted: 50 } });
    expect(values()).toEqual(range(50));
  });

  it("SRV-26 passes on why the output did not take a batch, and asks for patience", async () => {
    await start();
    for (const [error, status, message] of [
      [new OutputError("OUTPUT_FULL", "queue is full"), 503, "cannot handle stream: queue is full"],
      [new OutputError("OUTPUT_FULL", "queue is full", 429), 429, "cannot handle stream: queue is full"],
      [new OutputError("OUTPUT_CLOSED", "closed"), 503, "cannot handle stream: server is shutting down"],
    ] as const) {
      fixture.output.before = () => Promise.reject(error);
      const answer = await post(METADATA_LINE + numbered(2));
      expect(answer).toMatchObject({ status, json: { accepted: 0, errors: [{ message }] } });
      expect(answer.headers["retry-after"]).toBe("5");
    }
    expect(fixture.output.batches).toEqual([]);
  });

  it("SRV-28 answers a fault of its own with 500, tells nothing of it, and logs it", async () => {
    await start();
    fixture.output.before = () => Promise.reject(new Error("secret detail of the inside"));
    const answer = await post(METADATA_LINE + numbered(1));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("detail");
    expect(fixture.logs.filter((line) => line.includes('"level":"error"'))).toHaveLength(1);
  });

  it("D-SRV-7 refuses before the body is read while the output is not ready", async () => {
    await start();
    fixture.output.notReady = "the disk is full";
    const { received } = raw(upload(1_000_000));
    await expect.poll(received).toMatch(/^HTTP\/1\.1 503 [\s\S]*the disk is full/);
  });

  it("D-SRV-7 refuses with 429 and Retry-After before the body is read when full, and serves again afterwards", async () => {
    await start({ maxConcurrentRequests: 2 });
    const busy = [raw(upload(100)), raw(upload(100))];
    await expect.poll(async () => (await send(`${fixture.url}/metrics`)).text).toContain("requests_in_flight 2");
    const { received } = raw(upload(1_000_000));
    await expect.poll(received).toMatch(/^HTTP\/1\.1 429 /);
    expect(received()).toMatch(/Retry-After: 5\r\n/);
    for (const { socket } of busy) socket.destroy();
    await expect.poll(async () => (await post(METADATA_LINE + numbered(1))).status).toBe(202);
  });

  it("D-SRV-7 gives up a silent upload for a new one when full", async () => {
    await start({ maxConcurrentRequests: 1 });
    const silent = raw(upload(100));
    await expect.poll(async () => (await post(METADATA_LINE + numbered(1))).status, { interval: 200 }).toBe(202);
    await expect.poll(silent.received).toMatch(/^HTTP\/1\.1 503 [\s\S]*slow/);
  });

  it("FACE-8 SRV-26 ends a body that does not arrive in time with 503 and keeps the lines that did", async () => {
    await start({ readTimeout: "300ms" });
    const { received, socket } = raw(upload(1_000));
    socket.write(METADATA_LINE + metricsetLine("a", 1));
    await expect.poll(received).toMatch(/^HTTP\/1\.1 503 [\s\S]*request timed out/);
    expect(values()).toEqual([1]);
  });

  it("keeps what a client without batch ids sent before it left, and nothing of one with an id", async () => {
    await start();
    const metrics = async (): Promise<string> => (await send(`${fixture.url}/metrics`)).text;
    for (const id of ["", "X-Tidegauge-Batch: e:1\r\n"]) {
      const { socket } = raw(upload(1_000).replace("\r\n\r\n", `\r\n${id}\r\n`));
      socket.write(METADATA_LINE + metricsetLine("a", id.length));
      await expect.poll(metrics).toContain("requests_in_flight 1");
      socket.destroy();
      await expect.poll(metrics).toContain("requests_in_flight 0");
    }
    expect(values()).toEqual([0]);
  });

  it("D-SRV-1 stops at max_request_size with 400 and keeps what was accepted", async () => {
    await start({ maxRequestSize: "1mb" });
    const body = METADATA_LINE + metricsetLine("a", 1).repeat(20_000);
    for (const encoded of [body, gzipSync(body)]) {
      const answer = await post(encoded);
      expect(answer.status).toBe(400);
      expect(answer.json?.errors).toEqual([{ message: "request exceeded the permitted size" }]);
      expect(answer.json?.accepted).toBeGreaterThan(10_000);
    }
    // A 400 is not sent again, so the lines before the limit are kept under the batch's id too.
    fixture.output.batches.length = 0;
    const answer = await post(body, { "X-Tidegauge-Batch": "e:1" });
    expect(answer).toMatchObject({ status: 400, json: { accepted: values().length } });
    expect(values().length).toBeGreaterThan(10_000);
  });

  it("FACE-8 skips a line that never ends while the body stays within its limit, then answers 400", async () => {
    await start({ maxRequestSize: "4mb" });
    const endless = `${METADATA_LINE}${metricsetLine("a", 1)}${"x".repeat(3_000_000)}`;
    expect(await post(endless)).toMatchObject({
      status: 400,
      json: { accepted: 1, errors: [{ message: "event exceeded the permitted size" }] },
    });
    expect(await post(`${endless}${"x".repeat(1_500_000)}`)).toMatchObject({ status: 400, json: { accepted: 1 } });
  });

  it("W-51 delivers an early answer to a client that is still sending", async () => {
    await start();
    const answer = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${fixture.url}/intake/v2/events`, {
        method: "POST",
        headers: { "Content-Type": "text/plain" },
      });
      request.on("response", (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve(`${response.statusCode} ${text}`));
      });
      request.on("error", reject);
      request.write(Buffer.alloc(600_000, 32));
      request.end();
    });
    expect(answer).toContain("400");
    expect(answer).toContain("invalid content type: 'text/plain'");
  });

  it("does not ask for a body it refuses, and does for one it takes", async () => {
    await start();
    const refused = raw(
      upload(10).replace("application/x-ndjson", "text/plain").replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"),
    );
    await expect.poll(refused.received).toMatch(/^HTTP\/1\.1 400 /);
    const body = METADATA_LINE + metricsetLine("a", 1);
    const taken = raw(upload(body.length).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
    await expect.poll(taken.received).toMatch(/^HTTP\/1\.1 100 /);
    taken.socket.write(body);
    await expect.poll(taken.received).toMatch(/HTTP\/1\.1 202 /);
  });

  it("D-SRV-6 counts the other event types as accepted and stores none", async () => {
    await start();
    const others = [
      { transaction: { id: "1", trace_id: "2", type: "request", duration: 1, span_count: { started: 0 } } },
      { span: { id: "1", trace_id: "2", parent_id: "3", name: "n", type: "db", duration: 1, start: 0 } },
      { error: { id: "1", log: { message: "m" } } },
      { log: { message: "m" } },
    ];
    const answer = await post(
      METADATA_LINE + others.map((event) => `${JSON.stringify(event)}\n`).join("") + numbered(1),
    );
    expect(answer).toMatchObject({ status: 202, json: { accepted: 5 } });
    expect(values()).toEqual([0]);
    const { text } = await send(`${fixture.url}/metrics`);
    for (const type of ["transaction", "span", "error", "log", "metricset"]) {
      expect(text).toContain(`tidegauge_intake_events_total{type="${type}"} 1\n`);
    }
  });

  it("D-SRV-10 does not serve browsers", async () => {
    await start();
    for (const path of ["/intake/v2/rum/events", "/intake/v3/rum/events", "/config/v1/rum/agents"]) {
      const answer = await send(fixture.url + path, { method: "POST", headers: NDJSON, body: METADATA_LINE });
      expect(answer.status).toBe(403);
      expect(answer.json?.error).toMatch(/RUM endpoint is disabled/);
    }
  });
});
