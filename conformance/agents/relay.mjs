// Stands between an agent and the server, passes everything on unchanged, and keeps what the agent sent.
import { createServer, request as httpRequest } from "node:http";
import { constants, gunzipSync, inflateSync } from "node:zlib";

export class Relay {
  /** Bodies of intake requests as text, in the order of their end. */
  bodies = [];
  /** `[status, text]` of the answers to them. */
  answers = [];
  /** `[If-None-Match, status, ETag]` of every configuration poll. */
  polls = [];

  /** @param {string} target the server's address @returns {Promise<Relay>} */
  static async start(target) {
    const relay = new Relay();
    relay.server = createServer((request, response) => relay.#pass(target, request, response));
    await new Promise((resolve) => relay.server.listen(0, "127.0.0.1", resolve));
    relay.url = `http://127.0.0.1:${relay.server.address().port}`;
    return relay;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  #pass(target, request, response) {
    const sent = [];
    const { method, headers } = request;
    const onward = httpRequest(target + request.url, { method, headers }, (answer) => {
      const received = [];
      answer.on("data", (chunk) => received.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(received);
        this.#keep(request, Buffer.concat(sent), answer, text.toString());
        response.writeHead(answer.statusCode, answer.headers);
        response.end(text);
      });
    });
    onward.on("error", () => response.destroy());
    request.on("data", (chunk) => {
      sent.push(chunk);
      onward.write(chunk);
    });
    request.on("end", () => onward.end());
    request.on("error", () => onward.destroy());
  }

  #keep(request, body, answer, text) {
    if (request.url.startsWith("/config/")) {
      this.polls.push([request.headers["if-none-match"], answer.statusCode, answer.headers.etag]);
    } else if (request.url.startsWith("/intake/")) {
      this.bodies.push(decode(body));
      this.answers.push([answer.statusCode, text]);
    }
  }
}

function decode(body) {
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  if (body[0] === 0x1f) return gunzipSync(body, options).toString();
  return (body[0] & 15) === 8 ? inflateSync(body, options).toString() : body.toString();
}
