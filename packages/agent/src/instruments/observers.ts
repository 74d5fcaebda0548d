import { isThenable } from "../thenable.js";
import type { Gauge } from "./gauge.js";

interface Observer {
  readonly name: string;
  readonly gauge: Gauge;
  readonly read: () => number;
  /** The last reading failed; it is logged once until one works. */
  failed: boolean;
}

/** Gauges that are read at collection. */
export class Observers {
  private readonly observers = new Set<Observer>();
  private readonly failed: (name: string, error: unknown) => void;

  constructor(failed: (name: string, error: unknown) => void) {
    this.failed = failed;
  }

  /** Adds a reader; the function it gives takes it away, and tells whether it was the last one of its gauge. */
  add(name: string, gauge: Gauge, read: () => number): () => boolean {
    const observer: Observer = { name, gauge, read, failed: false };
    this.observers.add(observer);
    return () => {
      if (!this.observers.delete(observer)) return false;
      for (const other of this.observers) if (other.gauge === gauge) return false;
      return true;
    };
  }

  /** Asks every reader. One that throws or gives no finite number leaves its gauge without a value this time. */
  read(): void {
    for (const observer of this.observers) {
      try {
        const value: unknown = observer.read();
        if (isThenable(value)) {
          value.then(undefined, () => {}); // a rejection that nobody heard would end the process
          throw new TypeError("it gave a promise; wait for such values in beforeCollect()");
        }
        if (typeof value !== "number" || !Number.isFinite(value))
          throw new TypeError(`it gave ${String(value)}, not a finite number`);
        observer.gauge.set(value);
        observer.failed = false;
      } catch (error) {
        observer.gauge.clear();
        if (!observer.failed) this.failed(observer.name, error);
        observer.failed = true;
      }
    }
  }
}
