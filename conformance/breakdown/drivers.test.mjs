import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AppProcess } from "./app-process.mjs";
import { startMariaDb, startRedis } from "./databases.mjs";
import { Intake } from "./intake.mjs";
import { MongoServer } from "./mongo-server.mjs";

const databases = {};
let intake;
let app;

beforeAll(async () => {
  [databases.redis, databases.mysql, databases.mongo] = await Promise.all([
    startRedis(),
    startMariaDb(),
    new MongoServer().start(),
  ]);
});
afterAll(() => Promise.all(Object.values(databases).map((database) => database.stop())));
afterEach(async () => {
  await app?.stop();
  await intake.stop();
});

describe.each([
  ["redis 6 and 5, mysql2 3.24, mongodb 7", false],
  ["redis 4, mysql2 3.11, mongodb 6", true],
])("%s", (_name, older) => {
  it("BD-24 counts each command, query and operation once, in the right transaction", async () => {
    intake = new Intake();
    await intake.start();
    app = await AppProcess.start("apps/drivers.cjs", {
      intake,
      args: ["--import", "@tidegauge/agent/register"],
      older,
      env: {
        REDIS_PORT: String(databases.redis.port),
        MYSQL_PORT: String(databases.mysql.port),
        MONGO_PORT: String(databases.mongo.port),
      },
    });
    const names = older ? ["redis"] : ["redis", "redis5"];
    const expected = {
      "/mysql/callback": { "db/mysql": 2 },
      "/mysql/promise": { "db/mysql": 1 },
      "/mysql/stream": { "db/mysql": 1 },
      "/mysql/failing": { "db/mysql": 1 },
      "/mongo/insert": { "db/mongodb": 1 },
      "/mongo/find": { "db/mongodb": 2 },
      "/mongo/failing": { "db/mongodb": 1 },
    };
    for (const name of names) {
      expected[`/${name}/commands`] = { "db/redis": 2 };
      // MULTI, two commands, EXEC.
      expected[`/${name}/multi`] = { "db/redis": 4 };
      expected[`/${name}/failing`] = { "db/redis": 1 };
    }
    const paths = Object.keys(expected);
    // All at once: connections are shared by requests.
    await app.load(paths.length * 100, (i) => paths[i % paths.length]);
    for (const path of paths) expect((await app.ask(path)).status, path).toBe(200);
    await app.stop();
    const breakdown = intake.breakdown();
    const counts = Object.fromEntries(
      paths.map((path) => [
        path,
        Object.fromEntries(Object.entries(breakdown[`GET ${path}`] ?? {}).map(([type, { count }]) => [type, count])),
      ]),
    );
    for (const spans of Object.values(expected)) {
      for (const type of Object.keys(spans)) spans[type] *= 101;
      spans["app/"] = 101;
    }
    expect(counts).toEqual(expected);
    expect(app.output).not.toMatch(/hook failed|not known/);
  });
});
