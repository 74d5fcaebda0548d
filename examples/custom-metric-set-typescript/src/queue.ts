export type Kind = "mail" | "invoice";

export interface Job {
  readonly kind: Kind;
  run(): Promise<void>;
}

/** Told what happens in a queue; the queue itself knows of no metrics. */
export interface QueueObserver {
  finished(kind: Kind, outcome: "done" | "failed", durationMs: number): void;
}

/** Runs jobs one after the other. */
export class Queue {
  private readonly waiting: Job[] = [];

  constructor(private readonly observer: QueueObserver) {}

  get depth(): number {
    return this.waiting.length;
  }

  push(job: Job): void {
    this.waiting.push(job);
  }

  async drain(): Promise<void> {
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift()) {
      const began = performance.now();
      const outcome = await job.run().then(
        () => "done" as const,
        () => "failed" as const,
      );
      this.observer.finished(job.kind, outcome, performance.now() - began);
    }
  }
}
