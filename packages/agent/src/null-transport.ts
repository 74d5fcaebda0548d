import type { DropReason, Transport, TransportStats } from "./transport/transport.js";

/** Takes nothing and says so: the transport of an inert client. */
export class NullTransport implements Transport {
  queue(_lines: Uint8Array, _count: number): void {}

  drop(_reason: DropReason, _count: number): void {}

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  stats(): TransportStats {
    return {
      recorded: 0,
      accepted: 0,
      queued: 0,
      spooled: 0,
      dropped: { queueFull: 0, rejected: 0, tooLarge: 0, spoolFull: 0, closed: 0 },
    };
  }
}
