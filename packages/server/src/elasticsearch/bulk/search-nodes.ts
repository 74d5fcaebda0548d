import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { isAwayStatus } from "./bulk.js";

const gzipAsync = promisify(gzip);
/** Smaller bodies are not worth a turn through the thread pool. */
const GZIP_FROM_BYTES = 1024;
/** A node that failed is asked again after this time, or when no other is left. */
const REST_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** What a node answered. */
export interface NodeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** No node answered. The message names nodes without credentials. */
export class NodesUnavailable extends Error {
  override readonly name = "NodesUnavailable";
}

/** Where the search nodes are and how to be let in. */
export interface SearchNodesOptions {
  /** One or more http(s) URLs; user and password in them become Basic authorization. */
  readonly urls: readonly string[];
  /** Sent as `Authorization: ApiKey …`; wins over a user in the URL. */
  readonly apiKey: string | undefined;
  /** PEM file used instead of the default authorities. */
  readonly caFile: string | undefined;
  readonly timeoutMs: number;
}

interface Node {
  readonly url: URL;
  readonly headers: Record<string, string>;
  restUntilMs: number;
}

/**
 * The nodes of a cluster, asked in turn; one that does not answer is passed over for a while. A plain HTTP client on purpose: each vendor's own refuses the
 * other's server.
 */
export class SearchNodes {
  readonly #nodes: Node[];
  readonly #timeoutMs: number;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https: HttpsAgent;
  #next = 0;
  #isClosed = false;

  constructor({ urls, apiKey, caFile, timeoutMs }: SearchNodesOptions) {
    this.#timeoutMs = timeoutMs;
    this.#https = new HttpsAgent({ keepAlive: true, ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }) });
    this.#nodes = urls.map((text) => {
      const url = new URL(text);
      const headers: Record<string, string> = { Accept: "application/json" };
      const basic = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      if (apiKey !== undefined) headers.Authorization = `ApiKey ${apiKey}`;
      else if (basic !== ":") headers.Authorization = `Basic ${Buffer.from(basic).toString("base64")}`;
      url.username = "";
      url.password = "";
      if (!url.pathname.endsWith("/")) url.pathname += "/";
      return { url, headers, restUntilMs: 0 };
    });
  }

  /**
   * Asks the next node that is not resting; on a connection that fails, or an answer of 502, 503 or 504, the one after it. Rejects with `NodesUnavailable` when
   * none is left. `path` begins without a slash.
   */
  async ask(method: string, path: string, body?: Buffer, contentType = "application/json"): Promise<NodeAnswer> {
    const encoded = body !== undefined && body.length >= GZIP_FROM_BYTES;
    const sent = encoded ? await gzipAsync(body, { level: constants.Z_BEST_SPEED }) : body;
    const problems: string[] = [];
    for (const node of this.#inTurn()) {
      if (this.#isClosed) break;
      const headers = {
        ...node.headers,
        ...(sent === undefined ? {} : { "Content-Type": contentType, "Content-Length": String(sent.length) }),
        ...(encoded ? { "Content-Encoding": "gzip" } : {}),
      };
      try {
        const answer = await this.#send(method, new URL(path, node.url), headers, sent);
        if (!isAwayStatus(answer.status)) {
          node.restUntilMs = 0;
          return answer;
        }
        problems.push(`${node.url.host}: HTTP ${answer.status}`);
      } catch (error) {
        problems.push(`${node.url.host}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
      }
      node.restUntilMs = Date.now() + REST_MS;
    }
    throw new NodesUnavailable(`no search node answered (${this.#isClosed ? "closing" : problems.join("; ")})`);
  }

  /** Ends requests under way; they and later ones reject with `NodesUnavailable`. */
  close(): void {
    this.#isClosed = true;
    this.#http.destroy();
    this.#https.destroy();
  }

  /** All nodes from the next one on, the resting last. */
  #inTurn(): Node[] {
    const start = this.#next++ % this.#nodes.length;
    const turn = [...this.#nodes.slice(start), ...this.#nodes.slice(0, start)];
    const now = Date.now();
    return [...turn.filter((node) => node.restUntilMs <= now), ...turn.filter((node) => node.restUntilMs > now)];
  }

  #send(method: string, url: URL, headers: Record<string, string>, body: Buffer | undefined): Promise<NodeAnswer> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === "https:";
      const options = { method, headers, agent: secure ? this.#https : this.#http, timeout: this.#timeoutMs };
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) request.destroy(new Error("answer too large"));
        });
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
        response.on("error", reject);
      });
      request.on("timeout", () => request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)));
      request.on("error", (error: NodeJS.ErrnoException) => {
        // The node closed an idle connection while it was being used again: it has not failed, and a new connection tells.
        const isStale = request.reusedSocket && error.code === "ECONNRESET" && !this.#isClosed;
        if (isStale) this.#send(method, url, headers, body).then(resolve, reject);
        else reject(error);
      });
      request.end(body);
    });
  }
}
