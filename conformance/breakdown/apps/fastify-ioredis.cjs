const { timed, timeResponse, listening, requireLibrary } = require("./independent.cjs");
const Fastify = requireLibrary("fastify");
const Redis = requireLibrary("ioredis");

const redis = new Redis({ port: Number(process.env.REDIS_PORT), host: "127.0.0.1", lazyConnect: true });
const waiting = redis.duplicate();
const automatic = redis.duplicate({ enableAutoPipelining: true });
const app = Fastify();
app.addHook("onRequest", (_request, reply, done) => {
  timeResponse(reply.raw);
  done();
});
app.get("/items/:id", async (request) => {
  await redis.set(`item:${request.params.id}`, "x");
  return { value: await redis.get(`item:${request.params.id}`) };
});
app.get("/wait", async () => {
  await timed("waits", () => waiting.blpop("nothing", 0.02));
  return "ok";
});
app.get("/pipeline", async () => {
  await redis.pipeline().set("a", 1).incr("a").get("a").exec();
  return "ok";
});
app.get("/automatic/:n", async (request) => {
  const count = Number(request.params.n);
  return Promise.all(Array.from({ length: count }, (_, i) => automatic.get(`key:${i}`)));
});
app.get("/failing", async () => redis.call("NOSUCH"));
app.register(
  async (plugin) => {
    plugin.get("/deep/:x", async () => {
      await redis.ping();
      return "deep";
    });
  },
  { prefix: "/api/v2" },
);
app.listen({ port: 0, host: "127.0.0.1" }).then(() => listening(app.server));
