import type { Logger } from "../logging/logger.js";
import { type Clock, systemClock, type Timer } from "../transport/clock.js";
import { Endpoint } from "../transport/http/endpoint.js";
import type { Answer, Sender } from "../transport/http/sender.js";
import type { Config } from "./config.js";

const FIRST_POLL_MS = 1000;
const DEFAULT_AGE_S = 300;
const MIN_AGE_S = 5;
/** A day; also keeps the timer from overflowing (W-62). */
const MAX_AGE_S = 86_400;

/** How a poller works. */
export interface CentralConfigPollerOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** The transport's: one connection serves both. */
  readonly sender: Sender;
  readonly clock?: Clock;
}

/** Asks the server for configuration changes and applies them (W-60 … W-67). */
export class CentralConfigPoller {
  readonly #options: CentralConfigPollerOptions;
  readonly #clock: Clock;
  #endpoint: Endpoint | undefined;
  #timer: Timer | undefined;
  #etag: string | undefined;
  #stopped = false;

  constructor(options: CentralConfigPollerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Polls first after a second, then as often as the server says; not at all with `central_config=false` or `disable_send=true`. */
  start(): void {
    const { centralConfig, disableSend } = this.#options.config.values;
    if (!centralConfig || disableSend || this.#timer || this.#stopped) return;
    this.#schedule(FIRST_POLL_MS);
  }

  /** Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const { config, logger, sender } = this.#options;
    this.#endpoint ??= new Endpoint(config.values);
    let ageS = DEFAULT_AGE_S;
    try {
      const answer = await sender.send({
        method: "GET",
        url: this.#url(this.#endpoint),
        headers: { ...this.#endpoint.headers, ...(this.#etag === undefined ? {} : { "If-None-Match": this.#etag }) },
        timeoutMs: config.values.serverTimeoutMs,
      });
      ageS = maxAge(answer.headers["cache-control"]);
      if (!this.#stopped) this.#apply(answer);
    } catch (error) {
      logger.debug(`central configuration: no answer (${String(error)})`);
    }
    if (!this.#stopped) this.#schedule(ageS * 1000);
  }

  #url({ config }: Endpoint): URL {
    const { serviceName, environment } = this.#options.config.values;
    const url = new URL(config);
    url.searchParams.set("service.name", serviceName);
    if (environment) url.searchParams.set("service.environment", environment);
    return url;
  }

  #apply(answer: Answer): void {
    const { config, logger } = this.#options;
    const { status, body } = answer;
    if (status === 304) return;
    if (status === 403 || status === 404) {
      logger.debug(`central configuration is not available: HTTP ${status}`);
      return;
    }
    if (status !== 200) {
      logger.error(`central configuration: HTTP ${status}: ${body.slice(0, 1000)}`);
      return;
    }
    if (body.trim() === "") return;
    const settings = parseSettings(body);
    if (!settings) {
      logger.warn("central configuration: the answer is not a JSON object of texts, nothing is changed");
      return;
    }
    this.#etag = answer.headers.etag;
    if (Object.keys(settings).length > 0 || config.hasCentral) config.applyCentral(settings);
  }
}

/** Seconds until the next poll, by the `Cache-Control` of any answer (W-62). */
export function maxAge(header: string | undefined): number {
  const seconds = Number(/(?:^|[,\s])max-age\s*=\s*"?(-?\d+)/i.exec(header ?? "")?.[1] ?? Number.NaN);
  if (!(seconds > 0)) return DEFAULT_AGE_S;
  return Math.min(Math.max(seconds, MIN_AGE_S), MAX_AGE_S);
}

function parseSettings(body: string): Record<string, string> | undefined {
  try {
    const settings: unknown = JSON.parse(body);
    if (settings === null || typeof settings !== "object" || Array.isArray(settings)) return undefined;
    if (Object.values(settings).some((value) => typeof value !== "string")) return undefined;
    return settings as Record<string, string>;
  } catch {
    return undefined;
  }
}
