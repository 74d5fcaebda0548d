import { clearTimeout, setTimeout } from "node:timers";
import { HttpTransport } from "../transport/http/http-transport.js";
import type { Transport } from "../transport/transport.js";

/** What the hooks need of a client. No method throws or rejects. */
export interface Endable {
  /** A last collection, and everything sent or on disk; false if that was not done within the limit, and still goes on. The client goes on too. */
  drain(limitMs: number): Promise<boolean>;
  /** As `drain`, then stopped for good. */
  close(limitMs: number): Promise<void>;
  /** Collects present values without waiting for anything. */
  collectSync(): void;
  /** Puts everything that waits on disk, if there is a spool; the client goes on. */
  saveSync(): void;
  /** Puts everything that waits on disk, or counts it as lost in a last log line; the client is ended. */
  endSync(): void;
}

/** The parts of a client that end. */
export interface EndableParts {
  readonly collect: (limitMs: number) => Promise<void>;
  readonly collectSync: () => void;
  readonly close: (limitMs: number) => Promise<void>;
  readonly transport: Transport;
}

/** A client's parts as the hooks need them, each within its limit even if a metric set or the server hangs. */
export function endable({ collect, collectSync, close, transport }: EndableParts): Endable {
  const http = transport instanceof HttpTransport ? transport : undefined;
  return {
    drain: (limitMs) =>
      within(
        limitMs,
        collect(limitMs).then(() => (http ? http.drain(limitMs) : transport.flush())),
      ),
    close: async (limitMs) => void (await within(limitMs, close(limitMs))),
    collectSync,
    saveSync: () => http?.saveSync(),
    endSync: () => http?.endSync(),
  };
}

/** Waits for the work, but no longer than the limit, and says whether it was done; the process is held meanwhile. */
export function within(limitMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    const finish = (isDone: boolean): void => {
      clearTimeout(timer);
      resolve(isDone);
    };
    work.then(
      () => finish(true),
      () => finish(false),
    );
  });
}
