import { Tracer } from "../tracing/tracer.js";
import { type HookFailures, HookGuard } from "./hook-guard.js";

/** What one ended transaction measured. */
export interface Measured {
  name: string;
  type: string;
  outcome: string;
  durationUs: number;
  /** `type/subtype` → [sum in µs, count], the transaction's own `app/` included. */
  spans: Record<string, [sumUs: number, count: number]>;
}

/** A tracer that keeps what it measured, and a guard that keeps what it said. */
export class Measuring {
  readonly transactions: Measured[] = [];
  readonly warnings: string[] = [];
  readonly failures: HookFailures = { count: 0 };
  recording = true;
  #spans: Measured["spans"] = {};
  readonly tracer: Tracer = new Tracer({
    breakdown: {
      addTransaction: (_name, _type, sums, selfTimeUs) => {
        this.#spans = { "app/": [selfTimeUs, 1] };
        for (const entry of sums.entries) {
          const key = `${entry.type}/${entry.subtype}`;
          const [sumUs, count] = this.#spans[key] ?? [0, 0];
          this.#spans[key] = [sumUs + entry.sumUs, count + entry.count];
        }
      },
    },
    transactions: {
      addDuration: (name, type, outcome, durationUs) => {
        this.transactions.push({ name, type, outcome, durationUs, spans: this.#spans });
      },
    },
    isRecording: () => this.recording,
  });

  guard(name: string): HookGuard {
    return new HookGuard(name, { warn: (message) => this.warnings.push(message) }, this.failures);
  }

  /** Waits until so many transactions ended, and takes them. */
  async take(count: number): Promise<Measured[]> {
    const deadline = Date.now() + 10_000;
    while (this.transactions.length < count && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 2));
    return this.transactions.splice(0);
  }
}
