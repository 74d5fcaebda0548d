// The Python agent, elastic-apm-node and our own report into a server whose output is a real OpenSearch, which then has what they sent.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Relay } from "../agents/relay.mjs";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { readingsOfDocuments, readingsOfLines } from "./readings.mjs";
import { SearchNode } from "./search-node.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const AGENTS = [
  ["elastic-apm for Python", path("../agents/.venv/bin/python"), path("../agents/python/app.py")],
  ["elastic-apm-node", process.execPath, path("../agents/node/app.mjs")],
  ["our own agent", process.execPath, path("own-agent.cjs")],
];

const directory = temporaryDirectory();
let node;
let server;

beforeAll(async () => {
  node = await SearchNode.start("opensearch");
  server = await TidegaugeProcess.start([
    ...["serve", "--data-dir", directory.path, "--output", "store,elasticsearch", "--elasticsearch-url", node.url],
  ]);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await node?.remove();
  directory.remove();
});

it.each(AGENTS)("SRV-40 … SRV-61 what %s recorded reads back from both outputs", async (_name, ...command) => {
  const relay = await Relay.start(server.url);
  const service = `reads-back-${AGENTS.findIndex(([, ...known]) => known[1] === command[1])}`;
  const app = spawn(command[0], command.slice(1), {
    stdio: ["pipe", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      HOME: directory.path,
      ELASTIC_APM_SERVER_URL: relay.url,
      ELASTIC_APM_SERVICE_NAME: service,
      ELASTIC_APM_METRICS_INTERVAL: "1s",
      ELASTIC_APM_API_REQUEST_TIME: "1s",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    },
  });
  const exit = once(app, "exit");
  const metricsets = () => relay.bodies.join("").split('{"metricset"').length - 1;
  await expect.poll(metricsets, { timeout: 60_000 }).toBeGreaterThan(8);
  app.stdin.end();
  await exit;
  relay.close();
  const documents = (await node.documents()).filter(({ source }) => source.service.name === service);
  const bodies = relay.bodies.filter((body) => body !== "");
  expect(readingsOfDocuments(documents)).toEqual(readingsOfLines(bodies));
  expect(documents.length).toBeGreaterThan(5);
  const { services } = await (await fetch(`${server.url}/api/v1/services`)).json();
  expect(services.map(({ name }) => name)).toContain(service);
});
