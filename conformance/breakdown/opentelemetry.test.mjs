import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres } from "./databases.mjs";
import { counts, intake, REGISTER, start, TIMED } from "./scene.mjs";

let postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe("an application with its own SDK at ratio 0.1", () => {
  it("TR-32 S13 counts every request exactly, exports one in ten, times within 2 %", TIMED, async () => {
    const app = await start("apps/own-sdk.cjs", {
      env: { PGPORT: String(postgres.port) },
    });
    await app.load(1000, (i) => `/users/${i}`);
    await app.load(100, (i) => `/random/${i}`);
    await app.load(50, () => "/failing");
    const independent = await app.independent();
    await app.stop();
    const breakdown = intake.breakdown();
    // pg and its pool are two spans of the SDK: connecting to the pool, and the query.
    expect(breakdown["GET /users/:id"]["app/"].count).toBe(1000);
    expect(breakdown["GET /users/:id"]["db/postgresql"].count).toBe(2000);
    expect(Object.keys(breakdown["GET /users/:id"]).sort()).toEqual(["app/", "db/postgresql"]);
    expect(counts(breakdown["GET unknown route"])).toEqual({ "app/": 100 });
    expect(intake.outcomes()["GET /failing"]).toEqual({ failure: 50 });
    const exported = independent["exported requests"].count;
    expect(exported).toBeGreaterThan(50);
    expect(exported).toBeLessThan(250);
    const measured = breakdown["GET /users/:id"]["db/postgresql"].sumUs;
    const difference = Math.abs(measured - independent.slow.sumUs) / independent.slow.sumUs;
    expect(difference, `${measured} and ${independent.slow.sumUs}`).toBeLessThan(0.02);
    expect(app.output).toContain("measured by OpenTelemetry");
    expect(app.output).not.toMatch(/an OpenTelemetry SDK is registered/);
  });
});

describe("an application without an SDK", () => {
  it("TR-2 TR-20 TR-23 measures the spans of any instrumentation of the API, once", async () => {
    const app = await start("apps/otel-api.cjs");
    for (let i = 0; i < 50; i++) expect((await app.ask(`/cached/${i}`)).body).toBe("48");
    await app.load(20, () => "/consume");
    await app.stop();
    const breakdown = intake.breakdown();
    expect(counts(breakdown["GET /cached/:key"])).toEqual({ "app/": 50, "db/memcached": 50 });
    expect(breakdown["GET /cached/:key"]["db/memcached"].sumUs).toBeGreaterThan(50 * 4000);
    expect(counts(breakdown["GET /consume"])).toEqual({ "app/": 20 });
    expect(counts(breakdown["orders process"])).toEqual({ "app/": 20, "genai/openai": 20 });
    expect(Object.keys(breakdown).sort()).toEqual(["GET /cached/:key", "GET /consume", "orders process"]);
    const types = intake.metricsets
      .map(({ transaction }) => transaction)
      .filter((one) => one?.name === "orders process");
    expect(new Set(types.map(({ type }) => type))).toEqual(new Set(["messaging"]));
  });

  it("TR-35 registers no propagator: headers pass through and none is added", async () => {
    const app = await start("apps/otel-api.cjs");
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const answer = await app.ask("/headers", { headers: { traceparent } });
    expect(JSON.parse(answer.body)).toEqual({ incoming: traceparent, outgoing: {} });
  });
});

describe("with somebody else in charge", () => {
  it.each([
    ["TR-16 an SDK that was registered first", "sdk-first.cjs", /an OpenTelemetry SDK is registered/g],
    ["TR-16 an SDK that comes later and is not refused", "sdk-later.cjs", /an OpenTelemetry SDK is registered/g],
    ["TR-16 elastic-apm-node", "elastic.cjs", /elastic-apm-node is loaded as well/g],
  ])("%s: one warning, requests are measured", async (_name, file, warning) => {
    const first = file === "sdk-first.cjs" ? ["--require", "./apps/sdk.cjs"] : [];
    const app = await start(`apps/${file}`, { args: [...first, ...REGISTER] });
    await app.load(100, (i) => `/things/${i}`);
    const independent = await app.independent();
    await app.stop();
    expect(app.output.match(warning)).toHaveLength(1);
    expect(intake.outcomes()["GET /things/:id"]).toEqual({ success: 100 });
    if (file !== "elastic.cjs") {
      expect(counts(intake.breakdown()["GET /things/:id"])).toEqual({ "app/": 100 });
      expect(independent.exported.count).toBe(100);
    }
  });
});
