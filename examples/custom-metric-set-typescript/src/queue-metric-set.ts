import { MetricSet } from "@tidegauge/agent";
import type { Kind, Queue, QueueObserver } from "./queue.js";

/** `queue.jobs`, `queue.duration` and `queue.depth` of a queue. */
export class QueueMetricSet extends MetricSet implements QueueObserver {
  /** Set once the queue is there: the queue needs its observer first. */
  queue: Queue | undefined;
  // A family has typed label names: `jobs.with("mail")` or `jobs.with({ kind: "mail", result: "done" })` does not compile.
  private readonly jobs = this.counters("queue.jobs", ["kind", "outcome"]);
  private readonly durations = this.timers("queue.duration", ["kind"], { unit: "ms" });

  /** What happens is counted when it happens … */
  finished(kind: Kind, outcome: "done" | "failed", durationMs: number): void {
    this.jobs.with(kind, outcome).inc();
    this.durations.with(kind).update(durationMs);
  }

  /** … and what is, is read when it is asked for. */
  override beforeCollect(): void {
    if (this.queue !== undefined) this.gauge("queue.depth").set(this.queue.depth);
  }
}
