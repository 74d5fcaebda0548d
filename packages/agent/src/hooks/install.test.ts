import { channel } from "node:diagnostics_channel";
import Module from "node:module";
import { afterEach, expect, it } from "vitest";
import { Client, type ClientOptions } from "../client.js";
import { RecordingTransport } from "../testing/index.js";

const CHANNELS = [
  "http.server.request.start",
  "http.server.response.finish",
  "http.client.request.start",
  "http.client.request.created",
  "http.client.request.error",
  "http.client.response.finish",
  "undici:request:create",
  "undici:request:trailers",
  "undici:request:error",
  "fastify.initialization",
];
const internals = Module as unknown as { _load: unknown };
const load = internals._load;
let client: Client | undefined;

afterEach(() => client?.close());

function start(options: ClientOptions): Client {
  client = new Client({ transport: new RecordingTransport(), metricsSets: [], logLevel: "off", ...options });
  return client;
}

function installed(): string[] {
  return [
    ...CHANNELS.filter((name) => channel(name).hasSubscribers),
    ...(internals._load === load ? [] : ["Module._load"]),
  ];
}

it("TR-1 a started client installs its hooks, and a closed one has taken them out", async () => {
  const before = installed();
  for (let i = 0; i < 20; i++) {
    const running = start({});
    expect(installed()).toContain("Module._load");
    expect(installed()).toContain("http.server.request.start");
    await running.close();
    expect(installed()).toEqual(before);
  }
});

it.each([
  ["both options are off", { breakdownMetrics: false, transactionMetrics: false }],
  ["metrics_interval is 0 (BD-46)", { metricsInterval: "0s" }],
  ["the client is not started", { start: false }],
  ["the agent is not enabled", { enabled: false }],
] satisfies [string, ClientOptions][])("TR-35 no hook is installed when %s", (_name, options) => {
  const before = installed();
  start(options);
  expect(installed()).toEqual(before);
});

it("TR-35 counts the errors of its hooks and stays usable", () => {
  const warnings: string[] = [];
  const logger = { info() {}, warn: (message: string) => warnings.push(message), error() {} };
  const running = start({ logger, logLevel: "warning" });
  expect(running.hookFailures).toBe(0);
  channel("http.server.request.start").publish(undefined);
  channel("http.server.request.start").publish(undefined);
  expect(running.hookFailures).toBe(1);
  expect(warnings.filter((message) => message.includes("http server hook failed"))).toHaveLength(1);
  expect(running.withTransaction("t", "job", () => 7)).toBe(7);
});
