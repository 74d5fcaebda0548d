import type { Metricset } from "@tidegauge/protocol";
import type { DropReason, Transport, TransportStats } from "../transport/transport.js";

/** Keeps what would be sent, for the tests of applications. */
export class RecordingTransport implements Transport {
  /** The wire objects in the order of sending: `{ samples, timestamp, tags? … }`. */
  readonly metricsets: Metricset[] = [];
  private readonly dropped: Record<DropReason, number> = {
    queueFull: 0,
    rejected: 0,
    tooLarge: 0,
    spoolFull: 0,
    closed: 0,
  };
  private closed = false;
  private accepted = 0;

  queue(lines: Uint8Array, count: number): void {
    if (this.closed) {
      this.drop("closed", count);
      return;
    }
    this.accepted += count;
    for (const line of new TextDecoder().decode(lines).split("\n")) {
      if (line === "") continue;
      const event = JSON.parse(line) as { metricset?: Metricset };
      if (event.metricset !== undefined) this.metricsets.push(event.metricset);
    }
  }

  drop(reason: DropReason, count: number): void {
    this.dropped[reason] += count;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Forgets what was recorded so far. */
  clear(): void {
    this.metricsets.length = 0;
  }

  /** What was recorded counts as accepted. */
  stats(): TransportStats {
    const dropped = { ...this.dropped };
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    return { recorded: this.accepted + lost, accepted: this.accepted, queued: 0, spooled: 0, dropped };
  }
}
