import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { HookGuard, HookReporter } from "./hook-guard.js";
import { exchangeOf } from "./http-exchange.js";

/** Published for each new instance, before the application adds anything to it. */
const INITIALIZATION = "fastify.initialization";
const MAJORS: readonly number[] = [4, 5];

interface FastifyInstance {
  version?: string;
  addHook(name: "onRequest", hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): unknown;
}

interface FastifyRequest {
  raw: unknown;
  routeOptions?: { url?: string };
  /** Fastify before 4.10. */
  routerPath?: string;
}

/** Route names of fastify 4 and 5, through its own channel and hook. */
export class FastifyHook {
  readonly #guard: HookGuard;
  readonly #reporter: HookReporter;
  readonly #unknown = new Set<string>();

  constructor(guard: HookGuard, reporter: HookReporter) {
    this.#guard = guard;
    this.#reporter = reporter;
  }

  install(): void {
    subscribe(INITIALIZATION, this.#initialized);
  }

  remove(): void {
    this.#guard.isOn = false;
    unsubscribe(INITIALIZATION, this.#initialized);
  }

  readonly #initialized = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      const { fastify } = message as { fastify: FastifyInstance };
      const version = String(fastify.version);
      if (!MAJORS.includes(Number.parseInt(version, 10))) {
        if (!this.#unknown.has(version)) {
          this.#unknown.add(version);
          this.#reporter.warn(`fastify ${version} is not known to the agent; its routes have no names`);
        }
        return;
      }
      fastify.addHook("onRequest", (request, _reply, done) => {
        this.#requested(request);
        done();
      });
    } catch (error) {
      this.#guard.failed(error);
    }
  };

  #requested(request: FastifyRequest): void {
    if (!this.#guard.isOn) return;
    try {
      const exchange = exchangeOf(request.raw);
      if (exchange !== undefined) exchange.route = request.routeOptions?.url ?? request.routerPath;
    } catch (error) {
      this.#guard.failed(error);
    }
  }
}
