import { createServer, request } from "node:http";
import { gzipSync } from "node:zlib";

/**
 * A reverse proxy with the defaults people have: it asks the server under the server's own name, not the browser's, and compresses JSON, which makes a
 * strong entity tag a weak one, as nginx does.
 *
 * @param {string} target URL of the server
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startRewritingProxy(target) {
  const { host, hostname, port } = new URL(target);
  const proxy = createServer((incoming, outgoing) => {
    const { method, url: path } = incoming;
    const asked = request({ hostname, port, method, path, headers: { ...incoming.headers, host } }, (answer) => {
      if (answer.headers["content-type"] !== "application/json") {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const { "content-length": _, etag, ...headers } = answer.headers;
        if (etag !== undefined) headers.etag = `W/${etag}`;
        outgoing.writeHead(answer.statusCode, { ...headers, "content-encoding": "gzip" });
        outgoing.end(gzipSync(Buffer.concat(chunks)));
      });
    });
    // Whoever leaves ends the other half: the page's stream of events has no end of its own.
    asked.on("error", () => outgoing.destroy());
    outgoing.on("close", () => asked.destroy());
    incoming.pipe(asked);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    close: () => {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(resolve));
    },
  };
}
