require("elastic-apm-node").start({
  metricsInterval: "0s",
  centralConfig: false,
  cloudProvider: "none",
  logLevel: "off",
});
const { count, listening } = require("./independent.cjs");
const express = require("express");

const app = express();
app.get("/things/:id", (_request, response) => {
  count("requests");
  response.end("ok");
});
const server = app.listen(0, "127.0.0.1", () => listening(server));
