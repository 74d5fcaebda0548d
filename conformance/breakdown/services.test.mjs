import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, startRedis } from "./databases.mjs";
import { counts, intake, start, TIMED } from "./scene.mjs";

const databases = {};

beforeAll(async () => {
  [databases.postgres, databases.redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(() => Promise.all(Object.values(databases).map((database) => database.stop())));

/** Within 2 % of what the application measured itself. */
function agree(measuredUs, independentUs) {
  expect(Math.abs(measuredUs - independentUs) / independentUs, `${measuredUs} and ${independentUs}`).toBeLessThan(0.02);
}

/** The same for every transaction of a breakdown. */
function countsByName(breakdown) {
  return Object.fromEntries(Object.entries(breakdown).map(([name, spans]) => [name, counts(spans)]));
}

describe.each([
  ["express 5", false],
  ["express 4", true],
])("%s with pg and a real PostgreSQL, unchanged, by --import", (_name, older) => {
  it("BD-1 TR-22 counts exactly, times within 2 %, names by route", TIMED, async () => {
    const env = { PGPORT: String(databases.postgres.port) };
    const app = await start("apps/express-pg.cjs", { env, older });
    await app.load(1000, (i) => `/users/${i}?q=${i}`);
    await app.load(300, () => "/parallel");
    await app.load(400, () => "/callback");
    await app.load(100, (i) => [
      "/echo",
      {
        method: "POST",
        body: JSON.stringify({ i, pad: "x".repeat(50_000) }),
        headers: { "content-type": "application/json" },
      },
    ]);
    await app.load(50, () => "/failing");
    await app.load(100, (i) => `/api/v${i}/things/${i}`);
    await app.load(100, (i) => `/one/things/${i}`);
    await app.load(100, (i) => `/random/${Math.random()}/${i}`);
    await app.load(20, () => ["/users/7", { method: "DELETE" }]);
    const independent = await app.independent();
    await app.stop();
    const breakdown = intake.breakdown();
    expect(countsByName(breakdown)).toEqual({
      "GET /users/:id": { "app/": 1000, "db/postgresql": 1000 },
      "GET /parallel": { "app/": 300, "db/postgresql": 600 },
      "GET /callback": { "app/": 400, "db/postgresql": 800 },
      "POST /echo": { "app/": 100, "db/postgresql": 100 },
      "GET /failing": { "app/": 50, "db/postgresql": 50 },
      "GET /api/v:version/things/:thing": { "app/": 100, "db/postgresql": 100 },
      "GET /one,/two/things/:thing": { "app/": 100, "db/postgresql": 100 },
      "GET unknown route": { "app/": 100 },
      "DELETE unknown route": { "app/": 20 },
    });
    const outcomes = intake.outcomes();
    expect(outcomes["GET /failing"]).toEqual({ failure: 50 });
    expect(outcomes["GET unknown route"]).toEqual({ success: 100 });
    expect(outcomes["GET /users/:id"]).toEqual({ success: 1000 });
    const slow = ["GET /users/:id", "GET /parallel"].map((name) => breakdown[name]["db/postgresql"].sumUs);
    agree(slow[0] + slow[1], independent.slow.sumUs);
    // Two queries at a time: their transaction's own time is what neither of them covers.
    const parallel = breakdown["GET /parallel"];
    expect(parallel["app/"].sumUs).toBeLessThan(parallel["db/postgresql"].sumUs / 4);
    expect(app.output).not.toMatch(/hook failed|not known/);
  });
});

describe.each([
  ["fastify 5 with ioredis 6", false],
  ["fastify 4 with ioredis 5", true],
])("%s and a real Redis, unchanged, by --import", (_name, older) => {
  it("BD-1 TR-22 counts exactly, times within 2 %, names by route", TIMED, async () => {
    const env = { REDIS_PORT: String(databases.redis.port) };
    const app = await start("apps/fastify-ioredis.cjs", { env, older });
    await app.load(1000, (i) => `/items/${i}`);
    await app.load(100, () => "/wait");
    await app.load(200, () => "/pipeline");
    await app.load(400, (i) => `/automatic/${i % 3}`);
    await app.load(50, () => "/failing");
    await app.load(100, (i) => `/api/v2/deep/${i}`);
    await app.load(100, (i) => `/random/${i}`);
    const independent = await app.independent();
    await app.stop();
    const breakdown = intake.breakdown();
    expect(countsByName(breakdown)).toEqual({
      "GET /items/:id": { "app/": 1000, "db/redis": 2000 },
      "GET /wait": { "app/": 100, "db/redis": 100 },
      "GET /pipeline": { "app/": 200, "db/redis": 600 },
      // 0, 1 and 2 commands, sent together with those of other requests.
      "GET /automatic/:n": { "app/": 400, "db/redis": 133 + 2 * 133 },
      "GET /failing": { "app/": 50, "db/redis": 50 },
      "GET /api/v2/deep/:x": { "app/": 100, "db/redis": 100 },
      "GET unknown route": { "app/": 100 },
    });
    expect(intake.outcomes()["GET /failing"]).toEqual({ failure: 50 });
    agree(breakdown["GET /wait"]["db/redis"].sumUs, independent.waits.sumUs);
  });
});

describe.each([
  ["koa 3 with @koa/router", false],
  ["koa 2 with koa-router", true],
])("%s as an ES module, calling with fetch, by --import", (_name, older) => {
  it("BD-1 TR-22 counts exactly, times within 2 %, names by route", TIMED, async () => {
    const app = await start("apps/koa-fetch.mjs", { older });
    await app.load(1000, (i) => `/shop/items/${i}`);
    await app.load(200, () => "/shop/both");
    await app.load(60, () => "/shop/slow", 4);
    await app.load(50, () => "/shop/failing");
    await app.load(50, () => "/shop/items/7?denied");
    await app.load(100, (i) => `/shop/nested/${i}`);
    await app.load(100, (i) => `/random/${i}`);
    await app.load(20, () => ["/shop/both", { method: "DELETE" }]);
    const independent = await app.independent();
    await app.stop();
    const breakdown = intake.breakdown();
    // The backend is a server of the same process, without routes.
    expect(countsByName(breakdown)).toEqual({
      "GET /shop/items/:id": { "app/": 1050, "external/http": 1000 },
      "GET /shop/both": { "app/": 200, "external/http": 400 },
      "GET /shop/slow": { "app/": 60, "external/http": 60 },
      "GET /shop/failing": { "app/": 50 },
      "GET /shop/nested/:leaf": { "app/": 100 },
      "GET unknown route": { "app/": 100 + 1460 },
      "DELETE unknown route": { "app/": 20 },
    });
    expect(intake.outcomes()["GET /shop/failing"]).toEqual({ failure: 50 });
    agree(breakdown["GET /shop/slow"]["external/http"].sumUs, independent.slow.sumUs);
  });
});
