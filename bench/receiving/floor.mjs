// The least Node can do with an intake request: unpack it, cut it into lines, parse them, answer. Nothing is checked or kept.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    for (const line of gunzipSync(Buffer.concat(chunks)).toString().split("\n")) if (line !== "") JSON.parse(line);
    response.writeHead(202).end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
