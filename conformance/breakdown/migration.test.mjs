// docs/migration/elastic-apm-node.md: its code runs as it stands, under the peer and under this agent, and the rows
// about names, labels and defaults are what both send.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Intake } from "./intake.mjs";

const PAGE = readFileSync(new URL("../../docs/migration/elastic-apm-node.md", import.meta.url), "utf8");
const [before, after, tracesOnly] = [...PAGE.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
/** Long enough for two reports, a second apart. */
const LIFE = "\nsetTimeout(() => {}, 3000);\n";

let directory;

beforeAll(() => {
  // Beside the libraries, so that they are found.
  directory = mkdtempSync(join(fileURLToPath(new URL(".", import.meta.url)), ".migration-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a program sends in its life. */
async function sent(code, args = [], more = {}) {
  const intake = new Intake();
  const file = join(directory, "program.cjs");
  writeFileSync(file, code);
  const env = { ELASTIC_APM_SERVER_URL: await intake.start(), ELASTIC_APM_API_REQUEST_TIME: "1s", ...more };
  try {
    await promisify(execFile)(process.execPath, [...args, file], { env: { ...process.env, ...env }, cwd: directory });
    return intake;
  } finally {
    await intake.stop();
  }
}

const names = ({ metricsets }) => new Set(metricsets.flatMap(({ samples }) => Object.keys(samples)));
const tagsOf = ({ metricsets }, name) => metricsets.find(({ samples }) => samples[name])?.tags;
const interval = { ELASTIC_APM_METRICS_INTERVAL: "1s", NODE_ENV: "staging" };

it("the code before and after reports the same metrics; the peer adds hostname and env", async () => {
  const theirs = await sent(before + LIFE, [], { ...interval, ELASTIC_APM_LOG_LEVEL: "off" });
  const ours = await sent(after.replace("client.close();", LIFE), [], interval);
  const theirNames = [...names(theirs)].filter((name) => !name.includes("cgroup"));
  expect(theirNames.filter((name) => /^(system|nodejs)\./.test(name))).toHaveLength(
    process.platform === "linux" ? 15 : 14,
  );
  expect(theirNames.filter((name) => !names(ours).has(name))).toEqual([]);
  expect(tagsOf(theirs, "queue_depth")).toEqual({ region: "eu", hostname: expect.any(String), env: "staging" });
  expect(tagsOf(ours, "queue_depth")).toEqual({ region: "eu" });
  for (const intake of [theirs, ours]) {
    expect(Object.keys(intake.breakdown().nightly).sort()).toEqual(["app/", "db/mysql"]);
  }
}, 60_000);

it("the code after ends by itself and loses nothing", async () => {
  const ours = await sent(after);
  expect(names(ours)).toContain("queue_depth");
  expect(ours.breakdown().nightly["db/mysql"].count).toBe(1);
}, 60_000);

it("side by side the peer, told to keep its traces only, sends no metrics", async () => {
  writeFileSync(join(directory, "traces-only.cjs"), tracesOnly);
  const both = await sent(
    `const http = require("node:http");
    const server = http.createServer((request, response) => response.end()).listen(0, () =>
      http.get({ port: server.address().port, agent: false }, (answer) => answer.resume().on("end", () => server.close())),
    );${LIFE}`,
    ["--require", "./traces-only.cjs", "--import", "@tidegauge/agent/register"],
    { ELASTIC_APM_LOG_LEVEL: "off" },
  );
  const labelled = both.metricsets.filter(({ tags }) => tags?.hostname !== undefined);
  expect(labelled).toEqual([]);
  expect(both.breakdown()["GET unknown route"]["app/"].count).toBe(1);
}, 60_000);
