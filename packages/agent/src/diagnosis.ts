import type { Client } from "./client.js";
import { COMPATIBLE_OPTIONS } from "./config/compatible-options.js";
import type { Logger } from "./logging/logger.js";
import { systemClock } from "./transport/clock.js";
import { createSender } from "./transport/http/create-sender.js";
import { Endpoint } from "./transport/http/endpoint.js";
import { proxyFor } from "./transport/http/proxy.js";

const nothing = (): void => {};
const SILENT: Logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing };

/** The sockets of an agent do not keep its process alive; this timer does, while an answer is waited for. */
const HOLDING_MS = 60_000;

/** What the server of a client answered to one question of {@link askServer}. */
export interface ServerAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB. */
  readonly body: string;
}

/**
 * Asks the server of a client what is at `path`, below its URL, on exactly the way its metrics would take: same credentials, certificates and proxy
 * (W-5, W-71). For tools that look into a configuration, such as `tidegauge doctor`. Rejects with an error that has a `code` if no answer came.
 */
export async function askServer(client: Client, path: string): Promise<ServerAnswer> {
  const { config } = client;
  const endpoint = new Endpoint(config.values);
  const sender = createSender(endpoint, config, SILENT, systemClock);
  const holding = setInterval(nothing, HOLDING_MS);
  try {
    const { status, headers, body } = await sender.send({
      method: "GET",
      url: new URL(path, endpoint.base),
      headers: endpoint.headers,
      timeoutMs: config.values.serverTimeoutMs,
    });
    return { status, headers, body };
  } finally {
    clearInterval(holding);
    sender.close();
  }
}

/** Whether an option of an official agent, in snake case, is accepted here and does nothing: it concerns only what is not shipped (CFG-23). */
export function isWithoutEffect(option: string): boolean {
  return COMPATIBLE_OPTIONS.has(option);
}

/**
 * The proxy between a client and its server, without user and password: `undefined` without one; `null` if the environment names something that
 * is none, and so nothing is sent (W-71).
 */
export function proxyOf(client: Client): string | null | undefined {
  const proxy = proxyFor(new Endpoint(client.config.values).base, process.env);
  return proxy instanceof URL ? proxy.origin : proxy;
}
