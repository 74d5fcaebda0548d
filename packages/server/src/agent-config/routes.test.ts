import { Agent, request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReceiverFixture, send, startReceiver } from "../testing/receiver-fixture.js";

const JSON_TYPE = { "Content-Type": "application/json" };

describe("agent configuration", () => {
  let fixture: ReceiverFixture;
  beforeAll(async () => {
    fixture = await startReceiver();
  });
  afterAll(() => fixture.close());
  const put = (document: unknown, headers: Record<string, string> = JSON_TYPE) =>
    send(`${fixture.url}/api/v1/agent-config`, { method: "PUT", headers, body: JSON.stringify(document) });
  const poll = (query: string, headers: Record<string, string> = {}) =>
    send(`${fixture.url}/config/v1/agents?${query}`, { headers });

  it("SRV-72 answers {} with the etag - when nothing is configured", async () => {
    const answer = await poll("service.name=nobody");
    expect(answer).toMatchObject({ status: 200, json: {} });
    expect(answer.headers.etag).toBe('"-"');
    expect(answer.headers["cache-control"]).toBe("max-age=30, must-revalidate");
    expect(answer.headers["access-control-expose-headers"]).toBe("Etag");
    expect(await poll("service.name=nobody", { "If-None-Match": '"-"' })).toMatchObject({ status: 304, text: "" });
  });

  it("SRV-70 SRV-71 refuses a poll without a name and keeps it away for 300 s", async () => {
    const bad = await send(`${fixture.url}/config/v1/agents`, { method: "POST", body: "{" });
    for (const answer of [await poll(""), await poll("service.name="), bad]) {
      expect(answer).toMatchObject({ status: 400, json: { error: "service.name is required" } });
      expect(answer.headers["cache-control"]).toBe("max-age=300, must-revalidate");
    }
  });

  it("edits the configuration through the API; the next poll has it", async () => {
    const saved = await put([{ service: { name: "shop" }, settings: { log_level: "debug" } }]);
    expect(saved.status).toBe(200);
    expect(await poll("service.name=shop")).toMatchObject({ json: { log_level: "debug" } });
    const read = await send(`${fixture.url}/api/v1/agent-config`);
    expect(read.json).toEqual({
      entries: [{ service: { name: "shop" }, settings: { log_level: "debug" }, etag: expect.any(String) }],
    });
    expect(read.headers.etag).toBe(saved.headers.etag);
  });

  it("refuses an edit of a state that is gone, of another type, or that is no configuration", async () => {
    const read = await send(`${fixture.url}/api/v1/agent-config`);
    const same = await put(read.json, { ...JSON_TYPE, "If-Match": String(read.headers.etag) });
    expect(same.status).toBe(200);
    const weakened = await put(read.json, { ...JSON_TYPE, "If-Match": `W/${same.headers.etag}` });
    expect(weakened.status, "a proxy that compresses makes the tag a weak one").toBe(200);
    expect((await put([], { ...JSON_TYPE, "If-Match": '"old"' })).json).toMatchObject({
      error: { code: "changed_meanwhile" },
    });
    expect((await put([], { "Content-Type": "text/plain" })).status).toBe(415);
    const raw = async (body: string) => {
      const answer = await send(`${fixture.url}/api/v1/agent-config`, { method: "PUT", headers: JSON_TYPE, body });
      return [answer.status, (answer.json as { error: object }).error];
    };
    for (const body of ["[{", ""]) {
      expect(await raw(body)).toEqual([400, { code: "invalid_agent_config", message: "the body is no JSON" }]);
    }
    const message = "the configuration is larger than 4 MiB";
    expect(await raw(" ".repeat(4 * 1024 ** 2 + 1))).toEqual([413, { code: "too_large", message }]);
    expect((await put([{ settings: { A: 1 } }])).json).toMatchObject({ error: { code: "invalid_agent_config" } });
    expect((await send(`${fixture.url}/api/v1/agent-config`)).json).toEqual(read.json);
  });

  it("SRV-76 refuses a value that agents would ignore, says what is allowed, and stores nothing", async () => {
    const before = (await send(`${fixture.url}/api/v1/agent-config`)).json;
    const wrong: [string, unknown, string][] = [
      ["metrics_interval", "soon", "a whole number and a unit, ms, s or m, as in 30s"],
      ["metrics_interval", 30, "a whole number and a unit, ms, s or m, as in 30s"],
      ["metrics_interval", "10ms", "at least 1000ms, or 0s"],
      ["api_request_time", "99999m", "at most 24 days"],
      ["api_request_size", "1tb", "a whole number and a unit, b, kb, mb or gb, as in 768kb"],
      ["recording", "yes", "true or false"],
      ["log_level", "loud", "one of trace, debug, info, warning, error, critical, off"],
    ];
    for (const [option, value, allowed] of wrong) {
      const answer = await put([{ settings: {} }, { service: { name: "shop" }, settings: { [option]: value } }]);
      expect(answer.status).toBe(400);
      const message = `1.settings.${option}: it must be ${allowed}`;
      expect(answer.json).toEqual({ error: { code: "invalid_agent_config", message } });
    }
    expect((await send(`${fixture.url}/api/v1/agent-config`)).json).toEqual(before);
  });

  it("SRV-76 takes every option that other agents of Elastic understand", async () => {
    const settings = {
      capture_body: "all",
      capture_headers: "false",
      transaction_sample_rate: "0.25",
      transaction_max_spans: "300",
      span_stack_trace_min_duration: "-1ms",
      sanitize_field_names: "password, *token*",
      exit_span_min_duration: "1ms",
      trace_continuation_strategy: "restart_external",
      log_level: "fatal",
      recording: "TRUE",
      api_request_size: "1MB",
    };
    expect((await put([{ service: { name: "python" }, settings }])).status).toBe(200);
    expect((await poll("service.name=python")).json).toEqual(settings);
  });

  it("of two edits of one state lets one through", async () => {
    const { headers } = await send(`${fixture.url}/api/v1/agent-config`);
    const edit = (level: string) =>
      put([{ service: { name: "shop" }, settings: { log_level: level } }], {
        ...JSON_TYPE,
        "If-Match": String(headers.etag),
      });
    const answers = await Promise.all(["info", "warning", "error", "trace"].map(edit));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it("shows which process runs which configuration", async () => {
    await put([{ service: { name: "edge" }, settings: { log_level: "info" }, etag: "v1" }]);
    const listed = async (): Promise<Record<string, unknown>[]> =>
      ((await send(`${fixture.url}/api/v1/agents`)).json as { agents: Record<string, unknown>[] }).agents.filter(
        ({ service }) => service === "edge",
      );
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const over = (path: string, method: string, body: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const headers = { "User-Agent": "apm-agent-python/6.26.2 (edge)" };
        const request = httpRequest(fixture.url + path, { method, agent, headers }, (response) => {
          response.resume().on("end", resolve);
        });
        request.on("error", reject).end(body);
      });
    try {
      // Seen before its first report.
      await over("/config/v1/agents?service.name=edge", "GET", "");
      expect(await listed()).toMatchObject([
        { lastReport: null, agent: { name: "python", version: "6.26.2" }, etag: "v1" },
      ]);
      // The report names the process; the poll over the same connection is its own.
      const body =
        '{"metadata":{"service":{"name":"edge","agent":{"name":"python","version":"6.26.2","ephemeral_id":"p1"}},"process":{"pid":7}}}\n';
      await over("/intake/v2/events", "POST", body);
      await over("/config/v1/agents?service.name=edge", "GET", "");
      expect(await listed()).toMatchObject([{ ephemeralId: "p1", pid: 7, etag: "v1", upToDate: true }]);
      await put([{ service: { name: "edge" }, settings: { log_level: "debug" }, etag: "v2" }]);
      expect(await listed()).toMatchObject([{ etag: "v1", upToDate: false }]);
      await over("/config/v1/agents?service.name=edge", "GET", "");
      expect(await listed()).toMatchObject([{ etag: "v2", upToDate: true }]);
    } finally {
      agent.destroy();
    }
  });
});
