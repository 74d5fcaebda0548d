const { listening, requireLibrary } = require("./independent.cjs");
const express = requireLibrary("express");

const app = express();
const answer = (fn) => (request, response, next) => {
  Promise.resolve(fn(request)).then((value) => response.json(value ?? null), next);
};

async function redis() {
  const url = `redis://127.0.0.1:${process.env.REDIS_PORT}`;
  for (const name of process.env.APP_LIBRARIES === "./older/" ? ["redis"] : ["redis", "redis5"]) {
    const client = requireLibrary(name).createClient({ url });
    await client.connect();
    app.get(
      `/${name}/commands`,
      answer(async () => [await client.set("k", "v"), await client.get("k")]),
    );
    app.get(
      `/${name}/multi`,
      answer(() => client.multi().set("k", "v").get("k").exec()),
    );
    app.get(
      `/${name}/failing`,
      answer(() => client.sendCommand(["NOSUCH"]).catch(() => "failed")),
    );
  }
}

async function mysql() {
  const options = { host: "127.0.0.1", port: Number(process.env.MYSQL_PORT), user: "root", connectionLimit: 2 };
  const mysql = requireLibrary("mysql2");
  const promises = requireLibrary("mysql2/promise");
  const pool = mysql.createPool(options);
  const promisePool = promises.createPool(options);
  app.get("/mysql/callback", (_request, response, next) => {
    pool.query("SELECT 1 AS one", (error) => {
      if (error) return next(error);
      // Still in the transaction, though the pool may have called from another one.
      pool.execute("SELECT ? AS two", [2], (error2, rows) => (error2 ? next(error2) : response.json(rows)));
    });
  });
  app.get(
    "/mysql/promise",
    answer(async () => (await promisePool.query("SELECT ? AS one", [1]))[0]),
  );
  app.get("/mysql/stream", (_request, response, next) => {
    const query = pool.query("SELECT 1 AS one");
    query.on("error", next).on("result", () => {});
    query.on("end", () => response.end("ok"));
  });
  app.get(
    "/mysql/failing",
    answer(() => promisePool.query("SELECT nothing").catch(() => "failed")),
  );
}

async function mongo() {
  const { MongoClient } = requireLibrary("mongodb");
  const client = new MongoClient(`mongodb://127.0.0.1:${process.env.MONGO_PORT}/?directConnection=true`, {
    minPoolSize: 2,
  });
  await client.connect();
  const things = client.db("test").collection("things");
  app.get(
    "/mongo/insert",
    answer(() => things.insertOne({ x: 1 }).then(() => "inserted")),
  );
  app.get(
    "/mongo/find",
    answer(() =>
      things
        .find({}, { batchSize: 2 })
        .toArray()
        .then((all) => all.length),
    ),
  );
  app.get(
    "/mongo/failing",
    answer(() => things.updateOne({ x: 1 }, { $fail: { x: 1 } }).catch(() => "failed")),
  );
}

Promise.all([redis(), mysql(), mongo()]).then(() => {
  const server = app.listen(0, "127.0.0.1", () => listening(server));
});
