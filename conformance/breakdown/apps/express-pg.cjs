const { timed, timeResponse, listening, requireLibrary } = require("./independent.cjs");
const express = requireLibrary("express");
const { Pool } = require("pg");

const connection = { host: "127.0.0.1", port: Number(process.env.PGPORT), user: "postgres", idleTimeoutMillis: 0 };
const pool = new Pool({ ...connection, max: 40 });
// Always full: its callbacks run from whoever gives a client back.
const smallPool = new Pool({ ...connection, max: 2 });
const query = (...args) => pool.query(...args);
// Long enough that the pool and the event loop are not what is measured.
const slowQuery = (...args) => timed("slow", () => pool.query(...args));

const app = express();
app.use((_request, response, next) => {
  timeResponse(response);
  next();
});
app.use(express.json());
app.get("/users/:id", async (request, response) => {
  const { rows } = await slowQuery("SELECT pg_sleep(0.02), $1::int AS id", [request.params.id]);
  response.json({ id: rows[0].id });
});
app.get("/parallel", async (_request, response) => {
  await Promise.all([slowQuery("SELECT pg_sleep(0.03)"), slowQuery("SELECT pg_sleep(0.03)")]);
  response.end("ok");
});
app.get("/callback", (_request, response, next) => {
  smallPool.query("SELECT 1", (error) => {
    if (error) return next(error);
    smallPool.query("SELECT 2", (error2) => (error2 ? next(error2) : response.end("ok")));
  });
});
app.post("/echo", async (request, response) => {
  await query("SELECT 1");
  response.json(request.body);
});
app.get("/failing", (_request, response, next) => {
  query("SELECT no_such_column").then(() => response.end(), next);
});

const things = express.Router();
things.get("/things/:thing", async (_request, response) => {
  await query("SELECT 1");
  response.end("thing");
});
const version = express.Router({ mergeParams: true });
version.use("/v:version", things);
app.use("/api", (_request, _response, next) => next(), version);
app.use(["/one", "/two"], things);

app.use((error, _request, response, _next) => {
  response.status(500).end(error.message);
});
// Connecting is not what is compared.
const warm = Array.from({ length: 40 }, () => pool.connect());
Promise.all(warm).then((clients) => {
  for (const client of clients) client.release();
  const server = app.listen(0, "127.0.0.1", () => listening(server));
});
