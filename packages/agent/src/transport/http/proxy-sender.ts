import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Client } from "undici";
import type { Logger } from "../../logging/logger.js";
import {
  type Answer,
  MAX_ANSWER_BYTES,
  NO_PROXY_CLIENT,
  type OutgoingRequest,
  type Sender,
  sendError,
} from "./sender.js";
import { pinMismatch, type TlsSettings, tlsOptions } from "./tls.js";

type Undici = typeof import("undici");

/** How a `ProxySender` connects. */
export interface ProxySenderOptions {
  /** May contain the proxy's user and password. */
  readonly proxy: URL;
  readonly target: URL;
  readonly tls: TlsSettings;
  readonly logger: Logger;
  /** Loads the optional peer; replaced in tests. */
  readonly load?: () => Promise<Undici>;
}

/**
 * Sends through an HTTP proxy with the optional peer `undici`: in a CONNECT tunnel to an https server, else by absolute URL. Without `undici` it says
 * so once and sends nothing; it never connects directly (W-71).
 */
export class ProxySender implements Sender {
  readonly #options: ProxySenderOptions;
  #client: Promise<Client> | undefined;
  #closed = false;
  /** The connections to end. */
  readonly #clients: Client[] = [];

  constructor(options: ProxySenderOptions) {
    this.#options = options;
  }

  async send({ method, url, headers, body, timeoutMs }: OutgoingRequest): Promise<Answer> {
    this.#client ??= this.#connect(timeoutMs);
    const client = await this.#client;
    const tunnelled = url.protocol === "https:";
    const answer = await client.request({
      method,
      path: tunnelled ? url.pathname + url.search : url.href,
      headers: tunnelled ? headers : { ...headers, host: url.host, ...this.#authorization() },
      body: body ? Buffer.concat(body) : null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
      ),
      body: (await answer.body.text()).slice(0, MAX_ANSWER_BYTES),
      premature: false,
    };
  }

  close(): void {
    this.#closed = true;
    for (const client of this.#clients) client.destroy(sendError("ECANCELED", "the agent was closed"), () => {});
  }

  async #connect(timeoutMs: number): Promise<Client> {
    const { proxy, target, tls, logger } = this.#options;
    let undici: Undici;
    try {
      undici = await (this.#options.load ?? (() => import("undici")))();
    } catch {
      const problem = `the environment names the proxy ${proxy.host}, which needs the package undici 7: install it, or put the server into NO_PROXY; nothing is sent`;
      logger.error(problem);
      throw sendError(NO_PROXY_CLIENT, problem);
    }
    if (this.#closed) throw sendError("ECANCELED", "the agent was closed");
    const toProxy = new undici.Client(proxy.origin, { connectTimeout: timeoutMs });
    this.#clients.push(toProxy);
    if (target.protocol !== "https:") return toProxy;
    const client = new undici.Client(target.origin, {
      connect: (_options, done) => {
        this.#tunnel(toProxy, target, tls, timeoutMs).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
      },
    });
    this.#clients.push(client);
    return client;
  }

  /** A TLS connection to the server inside a tunnel of the proxy. */
  async #tunnel(toProxy: Client, target: URL, settings: TlsSettings, timeoutMs: number): Promise<TLSSocket> {
    const { statusCode, socket } = await toProxy.connect({
      path: `${target.hostname}:${target.port || "443"}`,
      headers: { host: target.host, ...this.#authorization() },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (statusCode !== 200) {
      socket.destroy();
      throw sendError("PROXY_REFUSED", `the proxy answered HTTP ${statusCode}`);
    }
    const tls = process.getBuiltinModule("node:tls");
    const secure = tls.connect({ ...tlsOptions(settings), socket: socket as Socket, servername: target.hostname });
    await new Promise<void>((resolve, reject) => {
      secure.once("error", reject);
      secure.setTimeout(timeoutMs, () =>
        secure.destroy(sendError("ETIMEDOUT", `no TLS handshake within ${timeoutMs} ms`)),
      );
      secure.once("secureConnect", resolve);
    });
    secure.setTimeout(0);
    const mismatch = pinMismatch(settings, secure);
    if (mismatch) {
      secure.destroy();
      throw mismatch;
    }
    return secure;
  }

  #authorization(): Record<string, string> {
    const { username, password } = this.#options.proxy;
    if (!username && !password) return {};
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
  }
}
