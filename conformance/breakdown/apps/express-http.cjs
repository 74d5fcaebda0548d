const { EventEmitter } = require("node:events");
const http = require("node:http");
const { listening, requireLibrary } = require("./independent.cjs");
const express = requireLibrary("express");

const backend = http.createServer((request, response) => request.resume().on("end", () => response.end("backend")));
const call = () =>
  new Promise((resolve, reject) => {
    http.get({ port: backend.address().port }, (response) => response.resume().on("end", resolve)).on("error", reject);
  });

const app = express();
app.use(express.json({ limit: "1mb" }));
// The handler runs after the body was read from the connection, packet by packet.
app.post("/echo", async (request, response) => {
  await call();
  response.json(request.body);
});
app.get("/call/:id", async (_request, response) => {
  await call();
  const { statusCode } = await new Promise((resolve, reject) => {
    const outgoing = http.request({ port: backend.address().port, method: "POST", agent: false }, resolve);
    outgoing.on("error", reject).end("body");
  }).then((answer) => new Promise((resolve) => answer.resume().on("end", () => resolve(answer))));
  response.end(String(statusCode));
});
app.get("/emitter", (_request, response, next) => {
  const emitter = new EventEmitter();
  emitter.once("go", () => call().then(() => response.end("ok"), next));
  setTimeout(() => emitter.emit("go"), 1);
});
backend.listen(0, "127.0.0.1", () => {
  const server = app.listen(0, "127.0.0.1", () => listening(server));
});
