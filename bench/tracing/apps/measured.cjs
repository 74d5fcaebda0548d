// Serves a handler, and tells the bench, when asked, how much processor time the process has used and how much memory it holds.
const { createServer } = require("node:http");

exports.serve = (handler) => {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
};

process.on("message", (question) => {
  // With a profiler: it writes when the process ends by itself.
  if (question === "exit") process.exit(0);
  if (question === "memory") global.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({ cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed });
});
