import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.js";
import { type RunningServer, startServer } from "./server.js";
import { METADATA_LINE, metricsetLine, send, startReceiver } from "./testing/receiver-fixture.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 15_000 } } });

describe("startServer", () => {
  let dataDir: string;
  let server: RunningServer | undefined;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "tidegauge-server-"));
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });
  async function start(options: ServerOptions = {}): Promise<RunningServer> {
    server = await startServer({ port: 0, retention: "0", logLevel: "silent", dataDir, ...options });
    return server;
  }
  const post = (url: string, body: string, headers: Record<string, string> = {}) =>
    send(`${url}/intake/v2/events?verbose`, {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson", ...headers },
      body,
    });
  const last = async (url: string, metric: string): Promise<unknown> => {
    const answer = await send(
      `${url}/api/v1/query?metric=${metric}&from=1699999990000&to=1700000060000&step=1m&aggregation=last`,
    );
    return (answer.json as { series: { points: [number, number | null][] }[] }).series[0]?.points.find(
      ([, value]) => value !== null,
    )?.[1];
  };

  it("D-SRV-5 gives back through the query API what was answered 202, also after a restart", async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (let i = 0; i < 2; i++) {
      const answer = await post(url, METADATA_LINE + metricsetLine("a", 42), { "X-Tidegauge-Batch": "e:1" });
      expect(answer).toMatchObject({ status: 202, json: { accepted: 1 } });
    }
    expect(await last(url, "a")).toBe(42);
    await server?.close();
    const again = await start();
    expect(await last(again.url, "a")).toBe(42);
  });

  it("W-90 answers a batch that is sent again while the first is being written with the first one's commit, stored once", async () => {
    const { url } = await start();
    const body = METADATA_LINE + metricsetLine("a", 1) + metricsetLine("a", 2);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(url, body, { "X-Tidegauge-Batch": "e:1" })),
    );
    expect(answers.map(({ status, json }) => [status, json?.accepted])).toEqual(Array(10).fill([202, 2]));
    const query = "metric=a&from=1699999990000&to=1700000060000&step=1m&aggregation=count";
    const { series } = (await send(`${url}/api/v1/query?${query}`)).json as {
      series: { points: [number, number | null][] }[];
    };
    expect(series[0]?.points.reduce((sum, [, value]) => sum + (value ?? 0), 0)).toBe(2);
    expect((await send(`${url}/metrics`)).text).toContain("tidegauge_repeated_batches_total 9");
  });

  it("lists a service from its first configuration poll, before it reports", async () => {
    const { url } = await start();
    await send(`${url}/config/v1/agents?service.name=young`, {
      headers: { "User-Agent": "apm-agent-nodejs/1.2.3 (young)" },
    });
    expect((await send(`${url}/api/v1/services`)).json).toMatchObject({
      services: [{ name: "young", status: "waiting", agent: { name: "nodejs", version: "1.2.3" } }],
    });
  });

  it("keeps an edited agent configuration in the data directory", async () => {
    const first = await start();
    const body = JSON.stringify([{ service: { name: "s" }, settings: { log_level: "debug" } }]);
    await send(`${first.url}/api/v1/agent-config`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body,
    });
    await first.close();
    const second = await start();
    expect((await send(`${second.url}/config/v1/agents?service.name=s`)).json).toEqual({ log_level: "debug" });
  });

  it("speaks TLS with a certificate and a key", async (context) => {
    const [tlsCert, tlsKey] = [join(dataDir, "cert.pem"), join(dataDir, "key.pem")];
    try {
      const made = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ];
      execFileSync("openssl", [...made, "-subj", "/CN=localhost", "-keyout", tlsKey, "-out", tlsCert], {
        stdio: "ignore",
      });
    } catch {
      context.skip("openssl is not here to make a certificate");
    }
    const { url } = await start({ tlsCert, tlsKey });
    expect(url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      get(`${url}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
    });
    expect(status).toBe(200);
  });

  it("says what is wrong with an option, and never its value", async () => {
    for (const [options, message] of [
      [{ retention: "soon" }, /^option retention must be a number with a unit/],
      [{ maxSize: "big" }, /^option maxSize must be a number with an optional unit/],
      [{ port: 70_000 }, /^option port must be a whole number from 0 to 65535$/],
      [{ maxConnections: Number.NaN }, /^option maxConnections must be a whole number of at least 1$/],
      [{ maxConcurrentRequests: 1.5 }, /^option maxConcurrentRequests must be a whole number of at least 0$/],
      [{ readTimeout: "0" }, /^option readTimeout must be from 100ms to 24d$/],
      [{ readTimeout: "30d" }, /^option readTimeout must be from 100ms to 24d$/],
      [{ shutdownTimeout: "25d" }, /^option shutdownTimeout must be at most 24d$/],
      [{ maxEventSize: "0" }, /^option maxEventSize must be at least 1kb$/],
      [{ maxRequestSize: "999" }, /^option maxRequestSize must be at least 1kb$/],
      [{ dataDir: "" }, /^option dataDir must be a text that is not empty$/],
      [{ apiKeys: ["secret-without-colon"] }, /^option apiKeys must be written id:key$/],
      [{ tlsCert: "x" }, /^option tlsKey must be given too/],
      [{ tlsKey: "x" }, /^option tlsCert must be given too/],
      [{ output: "kafka" }, /^option output must be store, elasticsearch, or both/],
    ] as const) {
      const error = await start(options).catch((reason: Error) => reason);
      expect(error).toMatchObject({
        name: "ServerError",
        code: "OPTION_INVALID",
        message: expect.stringMatching(message),
      });
      expect((error as Error).message).not.toContain("secret");
    }
  });

  it("leaves nothing running when it cannot start, so that the next start works", async () => {
    const occupied = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => occupied.once("listening", resolve));
    const { port } = occupied.address() as { port: number };
    try {
      await expect(start({ port })).rejects.toMatchObject({ code: "ADDRESS_IN_USE" });
      expect(existsSync(dataDir)).toBe(true); // it was there
      const fresh = join(dataDir, "fresh");
      await expect(start({ port, dataDir: fresh })).rejects.toMatchObject({ code: "ADDRESS_IN_USE" });
      expect(existsSync(fresh)).toBe(false);
    } finally {
      occupied.close();
    }
    writeFileSync(join(dataDir, "bad.json"), "{");
    await expect(start({ agentConfig: join(dataDir, "bad.json") })).rejects.toMatchObject({
      code: "AGENT_CONFIG_INVALID",
    });
    await expect(start({ tlsCert: join(dataDir, "no.pem"), tlsKey: join(dataDir, "no.pem") })).rejects.toMatchObject({
      code: "TLS_UNREADABLE",
    });
    expect((await start()).url).toMatch(/^http/);
  });

  it("close() finishes and answers what is being received, refuses what comes later, and is idempotent", async () => {
    const { url } = await start();
    const answers = Array.from({ length: 20 }, (_, i) => post(url, METADATA_LINE + metricsetLine(`m${i}`, i)));
    await Promise.race(answers);
    const closing = server?.close();
    expect(server?.close()).toBe(closing);
    const accepted = (await Promise.allSettled(answers)).flatMap((result, i) =>
      result.status === "fulfilled" && result.value.status === 202 ? [i] : [],
    );
    await closing;
    await expect(post(url, METADATA_LINE)).rejects.toThrow(/ECONNREFUSED/);
    const again = await start();
    expect(accepted.length).toBeGreaterThan(0);
    for (const i of accepted) expect(await last(again.url, `m${i}`)).toBe(i);
  });
});

describe("Receiver", () => {
  it("leaves no handle open after a hundred starts and stops", async () => {
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 100; i++) {
      const fixture = await startReceiver();
      expect((await send(`${fixture.url}/healthz`)).status).toBe(200);
      await fixture.close();
    }
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });

  it("serves only this machine without a token, says so, and warns about a short one", async () => {
    for (const [options, warning] of [
      [{ host: "0.0.0.0" }, "only this machine is served"],
      [{ host: "0.0.0.0", insecure: true }, "everybody who reaches this port"],
      [{ secretToken: "short" }, "shorter than 16 characters"],
      [
        { agentConfig: join(tmpdir(), "no-such-directory", "agents.json") },
        "is not there yet: agents are given no settings",
      ],
    ] as const) {
      const fixture = await startReceiver(options);
      expect(fixture.logs.join()).toContain(warning);
      expect(fixture.logs.join()).not.toContain('"short"');
      await fixture.close();
    }
  });
});
