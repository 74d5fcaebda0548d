import { createServer } from "node:http";
import { createRequire } from "node:module";
import independent from "./independent.cjs";

const { timed, timeResponse, listening } = independent;
const libraries = process.env.APP_LIBRARIES ?? "./";
const older = libraries === "./older/";
const find = createRequire(new URL(`../${older ? "older/" : ""}package.json`, import.meta.url));
// An ES module imports by the `import` condition; only the directory differs between the two sets of libraries.
const { default: Koa } = older ? await import(find.resolve("koa")) : await import("koa");
const { default: Router } = older ? await import(find.resolve("koa-router")) : await import("@koa/router");

// A service the application calls.
const backend = createServer((request, response) =>
  setTimeout(() => response.end("backend"), Number(request.url.slice(1))),
);
await new Promise((resolve) => backend.listen(0, "127.0.0.1", resolve));
const backendUrl = `http://127.0.0.1:${backend.address().port}/`;
const call = async (ms = 2) => (await fetch(`${backendUrl}${ms}`)).text();

const app = new Koa();
const router = new Router({ prefix: "/shop" });
router.use(async (ctx, next) => {
  if (ctx.query.denied !== undefined) ctx.throw(403);
  await next();
});
router.get("/items/:id", async (ctx) => {
  ctx.body = await call();
});
router.get("/both", async (ctx) => {
  await Promise.all([call(), call()]);
  ctx.body = "both";
});
// Long enough that the event loop is not what is measured.
router.get("/slow", async (ctx) => {
  ctx.body = await timed("slow", () => call(100));
});
router.get("/failing", (ctx) => ctx.throw(503));
const nested = new Router();
nested.get("/:leaf", (ctx) => {
  ctx.body = "leaf";
});
router.use("/nested", nested.routes());
app.use(async (ctx, next) => {
  timeResponse(ctx.res);
  await next();
});
app.use(router.routes());
app.use(router.allowedMethods());
app.silent = true;
const server = app.listen(0, "127.0.0.1", () => listening(server));
