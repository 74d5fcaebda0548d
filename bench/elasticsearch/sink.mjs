// A search node that takes every document at once and keeps none: what is left is the server's own cost.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

const CREATED = '{"create":{"status":201}}';

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    response.setHeader("Content-Type", "application/json");
    if (!request.url.startsWith("/_bulk")) {
      response.end('{"acknowledged":true,"index_templates":[]}');
      return;
    }
    const sent = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    let documents = 0;
    for (let at = body.indexOf(10); at >= 0; at = body.indexOf(10, at + 1)) documents++;
    response.end(`{"errors":false,"items":[${Array(documents / 2).fill(CREATED)}]}`);
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
