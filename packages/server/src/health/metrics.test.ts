import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import {
  METADATA_LINE,
  metricsetLine,
  type ReceiverFixture,
  send,
  startReceiver,
} from "../testing/receiver-fixture.js";
import { createLogger } from "./log.js";

describe("own health", () => {
  let fixture: ReceiverFixture | undefined;
  afterEach(async () => {
    await fixture?.close();
    fixture = undefined;
  });

  it("FACE-5 GET /metrics counts what was received, accepted, refused and committed", async () => {
    fixture = await startReceiver();
    const headers = { "Content-Type": "application/x-ndjson" };
    const body = `${METADATA_LINE}${metricsetLine("a", 1)}{"foo":1}\n{"metricset":{"samples":{"h":{"values":[1,2],"counts":[1]}}}}\n`;
    await send(`${fixture.url}/intake/v2/events`, { method: "POST", headers, body });
    await send(`${fixture.url}/config/v1/agents?service.name=x`);
    fixture.output.notReady = "no";
    await send(`${fixture.url}/intake/v2/events`, { method: "POST", headers, body });
    const { text, headers: answered } = await send(`${fixture.url}/metrics`);
    expect(answered["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    for (const line of [
      "tidegauge_ready 0",
      'tidegauge_intake_requests_total{status="400"} 1',
      'tidegauge_intake_requests_total{status="503"} 1',
      'tidegauge_intake_events_total{type="metricset"} 1',
      'tidegauge_intake_event_errors_total{kind="unknownType"} 1',
      'tidegauge_refused_total{reason="histogramLengths"} 1',
      'tidegauge_refused_total{reason="notReady"} 1',
      `tidegauge_intake_received_bytes_total ${body.length}`,
      `tidegauge_intake_decoded_bytes_total ${body.length}`,
      'tidegauge_config_polls_total{status="200"} 1',
      'tidegauge_commit_seconds_bucket{le="+Inf"} 1',
      "tidegauge_commit_seconds_count 1",
      "tidegauge_queue_metricsets 0",
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    // Every line is a comment or `name{labels} number`, and buckets never fall.
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [-+.e\d]+)$/);
    const buckets = [...text.matchAll(/commit_seconds_bucket\{[^}]*\} (\d+)/g)].map(([, count]) => Number(count));
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
  });

  it("FACE-6 GET /healthz and /readyz stay open with a token and then say no details", async () => {
    fixture = await startReceiver({ secretToken: "s3cret-s3cret-s3cret" });
    const { url, output } = fixture;
    const known = { headers: { Authorization: "Bearer s3cret-s3cret-s3cret" } };
    expect((await send(`${url}/healthz`)).json).toEqual({ status: "ok" });
    expect((await send(`${url}/healthz`, known)).json).toEqual({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(await send(`${url}/readyz`)).toMatchObject({ status: 200, json: { status: "ready" } });
    output.notReady = "the disk is full";
    expect(await send(`${url}/readyz`)).toMatchObject({ status: 503, json: { status: "not ready" } });
    expect((await send(`${url}/readyz`, known)).json).toEqual({ status: "not ready", reason: "the disk is full" });
    expect((await send(`${url}/metrics`)).status).toBe(401);
  });

  it("logs one ECS document a line", () => {
    const stream = new PassThrough();
    const logger = createLogger("info", stream);
    logger.debug({}, "not shown");
    logger.warn({ "client.address": "10.0.0.1" }, "many wrong credentials");
    logger.error({ err: new Error("it broke") }, "failed");
    const lines = String(stream.read())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      {
        "log.level": "warn",
        message: "many wrong credentials",
        "client.address": "10.0.0.1",
        "ecs.version": expect.any(String),
      },
      { "log.level": "error", message: "failed", error: { type: "Error", message: "it broke" } },
    ]);
    expect(lines[0]).toHaveProperty("@timestamp");
  });
});
