/** Services that are remembered; beyond, the ones that were silent longest are forgotten. */
const MAX_SERVICES = 10_000;
/** How long the best of a service's clocks is believed. */
const WINDOW_MS = 5 * 60_000;

/** When a service reported last, by this server's clock, and how its own clock compares. */
export interface Arrival {
  /** Epoch milliseconds. */
  readonly receivedMs: number;
  /** Newest event minus its arrival, milliseconds, the greatest of the last minutes: reports that were kept for later make none look slow. */
  readonly offsetMs: number;
}

/** What arrived from each service since the start. Event times say what a sender's clock says; only this tells whether it is there. */
export class Arrivals {
  /** Silent for the longest time first. */
  readonly #services = new Map<string, Arrival & { sinceMs: number }>();

  /** A batch of a service became durable; `newestMs` is its newest event. */
  note(service: string, receivedMs: number, newestMs: number): void {
    const known = this.#services.get(service);
    const isFresh = known !== undefined && receivedMs - known.sinceMs < WINDOW_MS;
    this.#services.delete(service);
    this.#services.set(service, {
      receivedMs: Math.max(receivedMs, known?.receivedMs ?? receivedMs),
      offsetMs: isFresh ? Math.max(known.offsetMs, newestMs - receivedMs) : newestMs - receivedMs,
      sinceMs: isFresh ? known.sinceMs : receivedMs,
    });
    if (this.#services.size > MAX_SERVICES) this.#services.delete(this.#services.keys().next().value as string);
  }

  /** Undefined for a service that has not reported since the start. */
  of(service: string): Arrival | undefined {
    return this.#services.get(service);
  }
}
