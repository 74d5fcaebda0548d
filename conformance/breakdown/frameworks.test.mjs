import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { counts, intake, REGISTER, start } from "./scene.mjs";

it("TR-13 hono is named by a one-line middleware", async () => {
  const app = await start("apps/hono.mjs");
  await app.load(100, (i) => `/users/${i}`);
  const headers = { "content-type": "application/json" };
  await app.load(20, (i) => ["/echo", { method: "POST", body: JSON.stringify({ i }), headers }]);
  await app.load(10, () => "/failing");
  await app.load(10, (i) => `/api/v2/things/${i}`);
  await app.load(10, (i) => `/random/${i}`);
  await app.load(10, () => ["/users/7", { method: "DELETE" }]);
  await app.stop();
  const names = Object.entries(intake.breakdown()).map(([name, spans]) => [name, spans["app/"].count]);
  expect(Object.fromEntries(names)).toEqual({
    "GET /users/:id": 100,
    "POST /echo": 20,
    "GET /failing": 10,
    "GET /api/v2/things/:thing": 10,
    "GET unknown route": 10,
    "DELETE unknown route": 10,
  });
  expect(intake.outcomes()["GET /failing"]).toEqual({ failure: 10 });
});

it("BD-48 TR-22 a scan of random URLs leaves one transaction name", async () => {
  const app = await start("apps/koa-fetch.mjs");
  await app.load(20_000, (i) => `/${Math.random()}/${i}`);
  await app.stop();
  expect(Object.keys(intake.breakdown())).toEqual(["GET unknown route"]);
  expect(intake.outcomes()).toEqual({ "GET unknown route": { success: 20_000 } });
});

it("BD-29 leaves out what transaction_ignore_urls names", async () => {
  const env = { ELASTIC_APM_TRANSACTION_IGNORE_URLS: "/shop/nested/*" };
  const app = await start("apps/koa-fetch.mjs", { env });
  await app.load(50, (i) => `/shop/nested/${i}?x=1`);
  await app.load(50, () => "/random");
  await app.stop();
  expect(intake.outcomes()).toEqual({ "GET unknown route": { success: 50 } });
});

it("both options off leave nothing to see", async () => {
  const env = { ELASTIC_APM_BREAKDOWN_METRICS: "false", ELASTIC_APM_TRANSACTION_METRICS: "false" };
  const app = await start("apps/koa-fetch.mjs", { env });
  await app.load(50, () => "/shop/both");
  await app.stop();
  expect(intake.metricsets.length).toBeGreaterThan(0);
  expect(intake.breakdown()).toEqual({});
  expect(intake.outcomes()).toEqual({});
});

/** The program of another major version of Node, or why there is none. */
async function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  try {
    const args = ["-y", "-p", `node@${major}`, "node", "-p", "process.execPath"];
    const { stdout } = await promisify(execFile)("npx", args, { timeout: 90_000 });
    return stdout.trim();
  } catch (error) {
    console.log(`skipped: Node ${major} cannot be had: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

describe.each([20, 22, 24, 26])("Node %i", (major) => {
  it.each([
    ["TR-13 an ES module with koa and fetch", "apps/koa-fetch.mjs", REGISTER],
    ["TR-13 an ES module, started with --require", "apps/koa-fetch.mjs", ["--require", "@tidegauge/agent/register"]],
  ])("%s", async (_name, file, args, context) => {
    const node = await nodeOf(major);
    if (node === undefined) return context.skip();
    const app = await start(file, { args, node: [node] });
    await app.load(200, (i) => `/shop/items/${i}`);
    await app.load(50, () => "/shop/both");
    await app.load(20, (i) => `/random/${i}`);
    await app.stop();
    const breakdown = intake.breakdown();
    expect(counts(breakdown["GET /shop/items/:id"])).toEqual({ "app/": 200, "external/http": 200 });
    expect(counts(breakdown["GET /shop/both"])).toEqual({ "app/": 50, "external/http": 100 });
    expect(counts(breakdown["GET unknown route"])).toEqual({ "app/": 20 + 300 });
  });

  it("TR-13 a CommonJS application: express, bodies in pieces, node:http calls, late callbacks", async (context) => {
    const node = await nodeOf(major);
    if (node === undefined) return context.skip();
    const app = await start("apps/express-http.cjs", { node: [node] });
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ pad: "x".repeat(200_000) });
    await app.load(50, () => ["/echo", { method: "POST", body, headers }]);
    await app.load(100, (i) => `/call/${i}`);
    await app.load(50, () => "/emitter");
    await app.stop();
    const breakdown = intake.breakdown();
    expect(counts(breakdown["POST /echo"])).toEqual({ "app/": 50, "external/http": 50 });
    expect(counts(breakdown["GET /call/:id"])).toEqual({ "app/": 100, "external/http": 200 });
    expect(counts(breakdown["GET /emitter"])).toEqual({ "app/": 50, "external/http": 50 });
    expect(app.output).not.toMatch(/hook failed|not known/);
  });
});
