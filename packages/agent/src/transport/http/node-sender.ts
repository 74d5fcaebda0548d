import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import { type Clock, systemClock, type Timer } from "../clock.js";
import { type Answer, MAX_ANSWER_BYTES, type OutgoingRequest, type Sender, sendError } from "./sender.js";
import type { TlsSettings } from "./tls.js";

/** An idle connection is kept as long as a usual interval, so that a quiet agent does not reconnect for each report (W-72). */
const KEEP_ALIVE = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };

/** Written at a time: what progress is measured in. */
const PIECE_BYTES = 65_536;

/**
 * Sends over `node:http` and `node:https`, which are loaded with the first request. Connections are kept alive and never hold the process (W-72);
 * who waits for an answer holds it with a timer.
 */
export class NodeSender implements Sender {
  readonly #tls: TlsSettings;
  readonly #clock: Clock;
  readonly #pending = new Set<ClientRequest>();
  #plain: Agent | undefined;
  #secure: Agent | undefined;

  constructor(tls: TlsSettings, clock: Clock = systemClock) {
    this.#tls = tls;
    this.#clock = clock;
  }

  send(request: OutgoingRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const client = this.#open(request);
      this.#pending.add(client);
      let answered: IncomingMessage | undefined;
      const deadline = new ProgressDeadline(this.#clock, request.timeoutMs, () => {
        client.destroy(sendError("ETIMEDOUT", `no answer within ${request.timeoutMs} ms`));
      });
      const finish = (): void => {
        deadline.cancel();
        this.#pending.delete(client);
      };
      client.on("socket", (socket) => socket.unref());
      client.on("error", (error) => {
        finish();
        reject(error);
      });
      client.on("close", () => {
        finish();
        reject(sendError("ECONNRESET", "the server closed the connection before its answer was complete"));
      });
      client.on("response", (response) => {
        answered = response;
        // Before `finish` the kernel has not even taken the whole body: the server decided without it.
        const premature = !client.writableFinished;
        readAnswer(response, premature, (answer) => {
          finish();
          resolve(answer);
          if (premature) client.destroy();
        });
      });
      client.on("finish", () => {
        if (!answered) deadline.restart();
      });
      const pieces = piecesOf(request.body ?? []);
      // One by one: what is written at once would leave at once, and show no progress before its end.
      const write = (): void => {
        const piece = pieces.shift();
        if (pieces.length === 0) {
          client.end(piece);
          return;
        }
        client.write(piece, () => {
          deadline.progress();
          write();
        });
      };
      write();
    });
  }

  close(): void {
    for (const client of this.#pending) client.destroy(sendError("ECANCELED", "the agent was closed"));
    this.#plain?.destroy();
    this.#secure?.destroy();
  }

  #open({ method, url, headers }: OutgoingRequest): ClientRequest {
    if (url.protocol === "https:") {
      this.#secure ??= (require("./tls.js") as typeof import("./tls.js")).tlsAgent(this.#tls, KEEP_ALIVE);
      return process.getBuiltinModule("node:https").request(url, { method, headers, agent: this.#secure });
    }
    const http = process.getBuiltinModule("node:http");
    this.#plain ??= new http.Agent(KEEP_ALIVE);
    return http.request(url, { method, headers, agent: this.#plain });
  }
}

/** Fires when a request makes no progress for `limitMs`; after the body is out, there is no more progress to be made but the answer. */
class ProgressDeadline {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #expired: () => void;
  #timer: Timer;
  #progressed = false;

  constructor(clock: Clock, limitMs: number, expired: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#expired = expired;
    this.#timer = this.#arm();
  }

  /** A piece has left. */
  progress(): void {
    this.#progressed = true;
  }

  restart(): void {
    this.#timer.cancel();
    this.#progressed = false;
    this.#timer = this.#arm();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #arm(): Timer {
    return this.#clock.after(this.#limitMs, () => {
      if (!this.#progressed) this.#expired();
      else this.restart();
    });
  }
}

/** The body in pieces of at most 64 KiB; a small one in a single piece. */
function piecesOf(parts: readonly Uint8Array[]): Uint8Array[] {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  if (total <= PIECE_BYTES) return parts.length > 1 ? [Buffer.concat(parts)] : [...parts];
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) pieces.push(part.subarray(at, at + PIECE_BYTES));
  }
  return pieces;
}

/** Calls back in the very event that ends the answer, before the request's `close`. An answer that breaks off never does. */
function readAnswer(response: IncomingMessage, premature: boolean, done: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let kept = 0;
  response.on("data", (chunk: Buffer) => {
    if (kept >= MAX_ANSWER_BYTES) return;
    chunks.push(chunk);
    kept += chunk.length;
  });
  // The request reports the same error.
  response.on("error", () => {});
  response.on("end", () => {
    if (!response.complete) return;
    done({
      status: response.statusCode ?? 0,
      headers: flatten(response.headers),
      body: Buffer.concat(chunks).toString("utf8", 0, Math.min(kept, MAX_ANSWER_BYTES)),
      premature,
    });
  });
}

function flatten(headers: IncomingMessage["headers"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
