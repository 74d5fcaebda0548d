import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync } from "node:zlib";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Decoded. */
  readonly body: string;
  /** As on the wire. */
  readonly bytes: number;
  /** The client's port: one for each connection. */
  readonly port: number;
}

/** How the server answers an events request; `undefined`: 202. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** Says nothing. */
  | "hang"
  /** Resets the connection without an answer. */
  | "reset"
  /** Takes the events, then resets: the answer is lost. */
  | "lose answer"
  /** Announces a longer answer than it sends. */
  | "break off"
  /** What it sends is no HTTP. */
  | "garbage"
  | undefined;

/** A server that records what it gets and answers as told. Real sockets; `127.0.0.2` stands for a server elsewhere, to which bodies are compressed. */
export class FakeServer {
  readonly requests: SeenRequest[] = [];
  /** Events taken, by batch id: a repeated batch counts once, as with our server. */
  readonly taken = new Map<string, string[]>();
  /** Answers for the next events requests, first one first. */
  readonly replies: Reply[] = [];
  /** Asked when there is no reply left. */
  reply: (request: SeenRequest) => Reply = () => undefined;
  info = '{"build_date":"","build_sha":"","version":"8.15.0","publish_ready":true}';
  config: (request: SeenRequest) => { status: number; headers?: Record<string, string>; body?: string } = () => ({
    status: 403,
    body: "{}",
  });
  /** Stays the same when the server is stopped. */
  port = 0;
  readonly #server: Server = createServer((request, response) => this.#handle(request, response));
  readonly #sockets = new Set<Socket>();
  readonly #host: string;

  private constructor(host: string) {
    this.#host = host;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    // An agent may wait long between two requests of a test.
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(host: "127.0.0.1" | "127.0.0.2" = "127.0.0.1", port = 0): Promise<FakeServer> {
    const server = new FakeServer(host);
    await server.listen(port);
    return server;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, this.#host, () => {
        this.port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  get url(): string {
    return `http://${this.#host}:${this.port}`;
  }

  /** Events requests with a body. */
  get batches(): SeenRequest[] {
    return this.requests.filter(({ url, bytes }) => url.includes("/intake/") && bytes > 0);
  }

  /** All events taken, each once. */
  get events(): unknown[] {
    return [...this.taken.values()].flat().map((line) => JSON.parse(line));
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** As if the process were killed: nothing listens, all connections are reset. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      const seen: SeenRequest = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: (request.headers["content-encoding"] === "gzip" && raw.length > 0 ? gunzipSync(raw) : raw).toString(),
        bytes: raw.length,
        port: request.socket.remotePort ?? 0,
      };
      this.requests.push(seen);
      this.#answer(seen, request, response);
    });
  }

  #answer(seen: SeenRequest, request: IncomingMessage, response: ServerResponse): void {
    if (seen.url.includes("/config/v1/agents")) {
      const { status, headers, body } = this.config(seen);
      response.writeHead(status, headers).end(body);
      return;
    }
    if (!seen.url.includes("/intake/")) {
      response.writeHead(200, { "content-type": "application/json" }).end(this.info);
      return;
    }
    const reply = this.replies.length > 0 ? this.replies.shift() : this.reply(seen);
    if (reply === undefined || reply === "lose answer") this.#take(seen);
    if (reply === undefined) response.writeHead(202).end();
    else if (reply === "reset" || reply === "lose answer") request.socket.resetAndDestroy();
    else if (reply === "break off") {
      response.writeHead(202, { "content-length": "1000" });
      response.write("x", () => request.socket.destroy());
    } else if (reply === "garbage") request.socket.end("this is not HTTP\r\n\r\n");
    else if (reply !== "hang") {
      if (reply.status >= 200 && reply.status < 300) this.#take(seen);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    }
  }

  #take({ headers, body }: SeenRequest): void {
    const id = String(headers["x-tidegauge-batch"] ?? this.taken.size);
    if (!this.taken.has(id)) this.taken.set(id, body.trim() === "" ? [] : body.trim().split("\n").slice(1));
  }
}
