import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { FakeServer } from "../transport/fake-server.testing.js";
import { until } from "../transport/harness.testing.js";
import { NodeSender } from "../transport/http/node-sender.js";
import { ManualClock } from "../transport/manual-clock.testing.js";
import { CentralConfigPoller, maxAge } from "./central.js";
import { Config, type ConfigOptions } from "./index.js";

let server: FakeServer;
let sender: NodeSender;
const pollers: CentralConfigPoller[] = [];

beforeEach(async () => {
  server = await FakeServer.start();
  sender = new NodeSender({ verify: true });
});
afterEach(async () => {
  for (const poller of pollers.splice(0)) poller.stop();
  sender.close();
  await server.stop();
});

function polling(options: ConfigOptions = {}) {
  const config = Config.load({ serviceName: "my shop", serverUrl: server.url, ...options }, {});
  const logger = new RecordingLogger();
  config.useLogger(logger);
  const clock = new ManualClock();
  const poller = new CentralConfigPoller({ config, logger, sender, clock });
  pollers.push(poller);
  poller.start();
  /** Lets the next poll happen; resolves when its answer was used. */
  const poll = async (): Promise<void> => {
    const before = server.requests.length;
    await clock.pass(clock.pending[0] as number);
    await until(() => server.requests.length > before && clock.pending.length > 0, "a poll");
  };
  return { config, logger, clock, poller, poll };
}

describe("polling", () => {
  it("W-60 begins one second after the start, by a timer that does not hold the process", () => {
    expect(polling().clock.pending).toEqual([1000]);
  });

  it("W-60, W-67 does not happen with central_config=false or disable_send=true", () => {
    expect(polling({ centralConfig: false }).clock.pending).toEqual([]);
    expect(polling({ disableSend: true }).clock.pending).toEqual([]);
  });

  it("W-61, W-5, W-6 names service and environment, and repeats the ETag as it came", async () => {
    server.config = () => ({
      status: 200,
      headers: { etag: '"e1"', "cache-control": "max-age=30" },
      body: '{"recording":"false"}',
    });
    const { poll } = polling({ environment: "test", secretToken: "token" });
    await poll();
    await poll();
    expect(server.requests[0]).toMatchObject({
      method: "GET",
      url: "/config/v1/agents?service.name=my+shop&service.environment=test",
    });
    expect(server.requests[0]?.headers).toMatchObject({ authorization: "Bearer token" });
    expect(server.requests[0]?.headers["user-agent"]).toMatch(/tidegauge/);
    expect(server.requests.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"e1"']);
  });

  it("W-61 leaves the environment out when it is not set", async () => {
    const { poll } = polling();
    await poll();
    expect(server.requests[0]?.url).toBe("/config/v1/agents?service.name=my+shop");
  });

  it.each([
    ["max-age=30", 30],
    ["must-revalidate, max-age=77", 77],
    ["max-age=1", 5],
    ["max-age=5", 5],
    ["max-age=0", 300],
    ["max-age=-7", 300],
    ["max-age=abc", 300],
    ["no-cache", 300],
    [undefined, 300],
    ["max-age=999999", 86_400],
    ['max-age="30"', 30],
  ])("W-62 reads %s as %i s", (header, seconds) => {
    expect(maxAge(header)).toBe(seconds);
  });

  it("W-62 goes by the header of errors too, and waits 300 s after a network error", async () => {
    server.config = () => ({ status: 503, headers: { "cache-control": "max-age=9" } });
    const { poll, clock } = polling();
    await poll();
    expect(clock.pending).toEqual([9000]);
    await server.stop();
    await clock.pass(9000);
    await until(() => clock.pending.length === 1);
    expect(clock.pending).toEqual([300_000]);
    await server.listen(0);
  });

  it("stops for good", async () => {
    const { poller, clock, poll } = polling();
    await poll();
    poller.stop();
    expect(clock.pending).toEqual([]);
  });
});

describe("answers", () => {
  it("W-63, W-65, W-66 apply, stay on 304 and on an empty body, and are taken back by {}", async () => {
    const answers = [
      { status: 200, headers: { etag: '"1"' }, body: '{"metrics_interval":"5s","nonsense":"x","recording":"maybe"}' },
      { status: 304 },
      { status: 200 },
      { status: 200, headers: { etag: '"2"' }, body: '{"api_request_time":"3s"}' },
      { status: 200, headers: { etag: '"-"' }, body: "{}" },
      { status: 200, headers: { etag: '"-"' }, body: "{}" },
    ];
    server.config = () => answers.shift() ?? { status: 404 };
    const { config, poll, logger } = polling({ metricsInterval: "20s" });
    const seen: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      await poll();
      seen.push([config.values.metricsIntervalMs, config.values.apiRequestTimeMs]);
    }
    expect(seen).toEqual([
      [5000, 10_000],
      [5000, 10_000],
      [5000, 10_000],
      [20_000, 3000],
      [20_000, 10_000],
      [20_000, 10_000],
    ]);
    expect(logger.of("warn")).toEqual([expect.stringContaining("recording"), expect.stringContaining("nonsense")]);
    expect(logger.of("info").filter((line) => line.includes("applied"))).toHaveLength(2);
    expect(logger.of("info").filter((line) => line.includes("removed"))).toHaveLength(1);
  });

  it.each(["not json", "[1]", '{"a":1}', "null", '"text"'])("W-63 warns of %s and changes nothing", async (body) => {
    const answers = [
      { status: 200, body: '{"recording":"false"}' },
      { status: 200, body },
    ];
    server.config = () => answers.shift() ?? { status: 404 };
    const { config, poll, logger } = polling();
    await poll();
    await poll();
    expect(config.values.recording).toBe(false);
    expect(logger.of("warn")).toEqual([expect.stringContaining("nothing is changed")]);
  });

  it.each([
    [403, "debug"],
    [404, "debug"],
    [500, "error"],
    [503, "error"],
  ] as const)("W-64 keep the configuration on %i, told at %s", async (status, level) => {
    const answers = [{ status: 200, body: '{"recording":"false"}' }];
    server.config = () => answers.shift() ?? { status, body: "why" };
    const { config, poll, logger } = polling();
    await poll();
    await poll();
    expect(config.values.recording).toBe(false);
    expect(logger.of(level).some((line) => line.includes(`HTTP ${status}`))).toBe(true);
    expect(logger.of("warn")).toEqual([]);
  });
});
