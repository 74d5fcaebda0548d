import { once } from "node:events";
import { createServer, request } from "node:http";

/** What may happen to a request on its way. All of them are worth a repetition: none may lose an event or store one twice. */
export const FAULTS = [
  "answer 503",
  "answer 500",
  "answer 429",
  "reset before reading",
  "hang",
  "cut the body",
  "lose the answer",
  "break off the answer",
  "garbage",
];

/** Stands between the agents and the server and disturbs what passes, as a seeded random source says. */
export class FaultyRelay {
  /** How often each fault happened, and `forwarded`. */
  counts = Object.fromEntries([...FAULTS, "forwarded", "refused"].map((name) => [name, 0]));
  /** Share of the requests that are disturbed. */
  faultShare = 0.4;
  /** Where the server is now; undefined while it is dead. */
  target;
  #random;
  #server = createServer((incoming, response) => this.#handle(incoming, response));
  #sockets = new Set();
  #away = false;

  /** @param {import("./random.mjs").Random} random */
  constructor(random) {
    this.#random = random;
    this.#server.on("connection", (socket) => {
      if (this.#away) {
        this.counts.refused++;
        socket.resetAndDestroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** @returns {Promise<string>} its URL */
  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Nobody gets through, as if the network were down. */
  goAway() {
    this.#away = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  comeBack() {
    this.#away = false;
  }

  close() {
    this.goAway();
    this.#server.close();
  }

  async #handle(incoming, response) {
    const fault = this.#random.next() < this.faultShare ? this.#random.pick(FAULTS) : undefined;
    incoming.on("error", () => {});
    response.on("error", () => {});
    if (fault === "reset before reading") {
      this.counts[fault]++;
      incoming.socket.resetAndDestroy();
      return;
    }
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    if (fault !== undefined) this.counts[fault]++;
    switch (fault) {
      case "answer 503":
        response.writeHead(503, this.#random.next() < 0.3 ? { "retry-after": "1" } : {}).end('{"accepted":0}');
        return;
      case "answer 500":
        response.writeHead(500).end('{"accepted":0}');
        return;
      case "answer 429":
        response.writeHead(429).end("slow down");
        return;
      case "hang":
        return;
      case "garbage":
        incoming.socket.end("HTTP what?\r\n\r\n");
        return;
      case "cut the body":
        await this.#forward(incoming, body.subarray(0, body.length >> 1), body.length).catch(() => {});
        incoming.socket.resetAndDestroy();
        return;
      default: {
        const answer = await this.#forward(incoming, body, body.length).catch(() => undefined);
        if (answer === undefined || fault === "lose the answer") {
          incoming.socket.resetAndDestroy();
        } else if (fault === "break off the answer") {
          response.writeHead(answer.status, { "content-length": "1000" });
          response.write("x", () => incoming.socket.destroy());
        } else {
          this.counts.forwarded++;
          response.writeHead(answer.status, answer.headers).end(answer.body);
        }
      }
    }
  }

  /** Sends `body` on; with less than `length` bytes of it, the connection is cut in the middle. */
  #forward(incoming, body, length) {
    return new Promise((resolve, reject) => {
      if (this.target === undefined) {
        reject(new Error("the server is dead"));
        return;
      }
      const headers = { ...incoming.headers };
      if (incoming.method === "POST") headers["content-length"] = String(length);
      const onward = request(new URL(incoming.url, this.target), { method: incoming.method, headers, agent: false });
      onward.on("error", reject);
      onward.on("response", (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const { connection, "transfer-encoding": _, ...kept } = answer.headers;
          resolve({ status: answer.statusCode, headers: kept, body: Buffer.concat(chunks) });
        });
      });
      if (body.length < length) onward.write(body, () => setTimeout(() => onward.destroy(new Error("cut")), 20));
      else onward.end(body);
    });
  }
}
