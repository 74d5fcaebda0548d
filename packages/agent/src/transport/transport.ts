/** Why events were not delivered (W-93). */
export type DropReason = "queueFull" | "rejected" | "tooLarge" | "spoolFull" | "closed";

/** Where every recorded event is now (W-93): recorded = accepted + queued + spooled + Σ dropped, at any moment. Counted in events. */
export interface TransportStats {
  recorded: number;
  accepted: number;
  /** Waiting in memory or in flight. */
  queued: number;
  spooled: number;
  dropped: Record<DropReason, number>;
}

/**
 * Takes encoded events to where they are kept. The collector is its only caller: one direction, instruments → sets → registry → collector → transport.
 * No method throws; losing an event is counted, never raised.
 */
export interface Transport {
  /** `lines` holds `count` ND-JSON event lines, each ended by `\n`; the bytes belong to the transport from now on. Never blocks (W-30). */
  queue(lines: Uint8Array, count: number): void;
  /** Counts events that were recorded but cannot be sent at all (a line beyond the size limit, W-13). */
  drop(reason: DropReason, count: number): void;
  /** Resolves when everything queued before is accepted, dropped or spooled; rejects with `AgentError` `flush_timeout` (W-76). */
  flush(): Promise<void>;
  /** Refuses new events (`closed`), flushes within its time limit, releases sockets and timers. Idempotent, never rejects (W-75). */
  close(): Promise<void>;
  /** Where the recorded events are at this moment (W-93). */
  stats(): TransportStats;
}
