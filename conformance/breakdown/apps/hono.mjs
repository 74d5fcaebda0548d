import { serve } from "@hono/node-server";
import { honoRoute } from "@tidegauge/agent";
import { Hono } from "hono";
import independent from "./independent.cjs";

const app = new Hono();
app.use(honoRoute());
app.get("/users/:id", (c) => c.text(c.req.param("id")));
app.post("/echo", async (c) => c.json(await c.req.json()));
app.get("/failing", () => {
  throw new Error("no");
});
const api = new Hono();
api.get("/things/:thing", (c) => c.text("thing"));
app.route("/api/v2", api);
app.onError((_error, c) => c.text("failed", 500));
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => independent.listening(server));
