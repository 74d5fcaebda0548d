import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { liveSpan } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";
import type { HookGuard } from "./hook-guard.js";

/** Undici's channels, both of the package and of the copy behind Node's `fetch`. */
const CREATED = "undici:request:create";
const ENDED = "undici:request:trailers";
const FAILED = "undici:request:error";

const SPAN: unique symbol = Symbol("tidegauge.span");
type Watched = { [SPAN]?: Span };

/** Makes a span of each request of undici and `fetch` inside a transaction, until its body has arrived. */
export class UndiciHook {
  readonly #guard: HookGuard;

  constructor(guard: HookGuard) {
    this.#guard = guard;
  }

  install(): void {
    subscribe(CREATED, this.#created);
    subscribe(ENDED, this.#ended);
    subscribe(FAILED, this.#ended);
  }

  remove(): void {
    this.#guard.isOn = false;
    unsubscribe(CREATED, this.#created);
    unsubscribe(ENDED, this.#ended);
    unsubscribe(FAILED, this.#ended);
  }

  readonly #created = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      const parent = liveSpan();
      if (parent !== undefined)
        (message as { request: Watched }).request[SPAN] = parent.startChild("HTTP", "external", "http");
    } catch (error) {
      this.#guard.failed(error);
    }
  };

  readonly #ended = (message: unknown): void => {
    if (!this.#guard.isOn) return;
    try {
      (message as { request: Watched }).request[SPAN]?.end();
    } catch (error) {
      this.#guard.failed(error);
    }
  };
}
