import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

/** A server that keeps what agents send: one entry a request, `{ metadata, metricsets }`. */
export async function receiver() {
  const requests = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      if (request.url.startsWith("/intake") && body.length > 0) {
        const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
        const lines = text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        requests.push({ metadata: lines[0].metadata, metricsets: lines.slice(1).map((line) => line.metricset) });
      }
      response.writeHead(request.url.startsWith("/intake") ? 202 : 404).end();
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    requests,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
