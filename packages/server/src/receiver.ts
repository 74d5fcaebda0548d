import { createRequire } from "node:module";
import { join } from "node:path";
import { Credentials } from "./admission/credentials.js";
import { isLoopback } from "./admission/guard.js";
import { Guesses } from "./admission/guesses.js";
import { LoadGate } from "./admission/load-gate.js";
import { Sessions } from "./admission/sessions.js";
import { Agents } from "./agent-config/agents.js";
import { ConfigFile } from "./agent-config/config-file.js";
import { createAgentConfigRoutes } from "./agent-config/routes.js";
import type { Logger } from "./health/log.js";
import { ServerMetrics } from "./health/metrics.js";
import { createHealthRoutes } from "./health/routes.js";
import { clientAddress } from "./http/client-address.js";
import { Listener } from "./http/listener.js";
import { Page } from "./http/page.js";
import { createRootRoute } from "./http/root.js";
import type { Route } from "./http/route.js";
import { createSessionRoute } from "./http/session-routes.js";
import { createIntakeRoutes } from "./intake/routes.js";
import { type ParsedOptions, ServerError } from "./options.js";
import type { Output } from "./output/output.js";

const MAX_HEADER_BYTES = 64 * 1024;
const IDLE_TIMEOUT_MS = 45_000;
/** A token that can be guessed is no token. */
const SHORT_TOKEN = 16;

/** What a receiver is made of. */
export interface ReceiverParts {
  readonly options: ParsedOptions;
  /** Certificate and key when it speaks TLS. */
  readonly tls: { cert: Buffer; key: Buffer } | undefined;
  readonly output: Output;
  readonly logger: Logger;
  /** Routes of other stages that share port and credentials; they may list who polled so far. */
  readonly routes: (agents: Agents) => readonly Route[];
}

/**
 * The stages accept → decode → write on one port: admission, intake, agent configuration, health, the page. Knows an output only by its contract.
 */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #file: ConfigFile;
  readonly #metrics = new ServerMetrics();
  readonly #gate: LoadGate;
  readonly #listener: Listener;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    const { options, output, logger, tls } = parts;
    this.#file = new ConfigFile(options.agentConfig ?? join(options.dataDir, "agent-config.json"), logger);
    this.#gate = new LoadGate(options.maxConcurrentRequests);
    const agents = new Agents();
    const metrics = this.#metrics;
    const credentials = new Credentials(options.secretToken, options.apiKeys);
    const sessions = new Sessions(tls !== undefined);
    const guesses = new Guesses();
    const page = Page.load();
    this.#listener = new Listener({
      routes: [
        createRootRoute(page),
        ...page.routes(),
        ...createHealthRoutes({ output, metrics, version: ownVersion() }),
        createSessionRoute({ credentials, sessions, guesses, metrics }),
        ...createIntakeRoutes({
          output,
          metrics,
          gate: this.#gate,
          limits: {
            maxEventSizeBytes: options.maxEventSize,
            maxRequestSizeBytes: options.maxRequestSize,
            readTimeoutMs: options.readTimeout,
          },
          onReport: ({ request, receivedAtMs }, metadata) =>
            agents.report(request, metadata, clientAddress(request), receivedAtMs),
        }),
        ...createAgentConfigRoutes({
          file: this.#file,
          agents,
          metrics,
          maxAgeS: Math.max(1, Math.round(options.agentConfigMaxAge / 1000)),
        }),
        ...parts.routes(agents),
      ],
      credentials,
      sessions,
      guesses,
      insecure: options.insecure,
      tls,
      limits: {
        readTimeoutMs: options.readTimeout,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        maxHeaderSizeBytes: MAX_HEADER_BYTES,
        maxConnections: options.maxConnections,
      },
      metrics,
      logger,
    });
  }

  /** Reads the agent configuration and listens. Resolves with the address as a URL. */
  async start(): Promise<string> {
    const { options, logger, tls } = this.#parts;
    const { host, port } = options;
    await this.#file.start();
    if (options.agentConfig !== undefined && !this.#file.exists) {
      logger.warn({}, `agent configuration ${options.agentConfig} is not there yet: agents are given no settings`);
    }
    try {
      const bound = await this.#listener.listen(host, port);
      warnAboutExposure(options, logger);
      return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${bound.port}`;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE") {
        const hint = "stop what listens there, or choose another port";
        throw new ServerError("ADDRESS_IN_USE", `${host}:${port} is in use: ${hint}`, { cause: error });
      }
      throw new ServerError("LISTEN_FAILED", `cannot listen on ${host}:${port}: ${message}`, { cause: error });
    }
  }

  /** Refuses new requests; resolves when those inside are durable and answered. Bodies that are being received get a moment. */
  async drain(): Promise<void> {
    this.#listener.refuse();
    await this.#gate.drained(this.#parts.options.shutdownTimeout);
    await this.#listener.flushed();
  }

  /** Closes every connection and stops. */
  async close(): Promise<void> {
    await this.#listener.destroy();
    await this.#file.close();
    this.#metrics.close();
  }
}

function warnAboutExposure({ host, insecure, secretToken, apiKeys }: ParsedOptions, logger: Logger): void {
  if (secretToken === "") logger.warn({}, "the secret token is empty, so there is none");
  if (!secretToken && apiKeys.length === 0 && !isLoopback(host)) {
    if (insecure)
      logger.warn({}, "everybody who reaches this port can read and write: there is no token, and --insecure is set");
    else logger.warn({}, "only this machine is served: set a secret token to serve others, or --insecure");
  }
  if (secretToken && secretToken.length < SHORT_TOKEN) {
    logger.warn({}, `the secret token is shorter than ${SHORT_TOKEN} characters and may be guessed`);
  }
}

/** The version of this package. */
function ownVersion(): string {
  const manifest = createRequire(import.meta.url)("../package.json") as { version: string };
  return manifest.version;
}
