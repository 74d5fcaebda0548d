import type { EventNotice } from "@tidegauge/protocol/query";
import type { Exchange } from "../http/route.js";
import type { Store } from "../store/store.js";

/** Notices of one service within this time are one event. */
const GATHER_MS = 200;
const HEARTBEAT_MS = 15_000;
/** Heartbeats that a client may leave unread. */
const MAX_MISSED = 4;
/** Services with a notice that waits; of more, the ones that waited longest are not told of. */
const MAX_PENDING = 1000;

/**
 * Streams what just arrived as server-sent events, one `EventNotice` each. A client that reads slowly gets fewer, joined notices instead of a
 * growing queue, and one that reads nothing for a minute is left. Ends when the client leaves or the store closes.
 */
export function streamEvents(exchange: Exchange, store: Store): Promise<void> {
  const { response, signal } = exchange;
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  response.write(": what arrives from now on\n\n");
  const pending = new Map<string, EventNotice>();
  let blocked = false;
  let missed = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    timer = undefined;
    if (blocked || pending.size === 0) return;
    let text = "";
    for (const notice of pending.values()) text += `data: ${JSON.stringify(notice)}\n\n`;
    pending.clear();
    blocked = !response.write(text);
  };
  const written = (notice: EventNotice): void => {
    const known = pending.get(notice.service);
    pending.set(notice.service, known ? { ...notice, metricsets: known.metricsets + notice.metricsets } : notice);
    if (pending.size > MAX_PENDING) pending.delete(pending.keys().next().value as string);
    timer ??= setTimeout(flush, GATHER_MS);
  };
  const drained = (): void => {
    blocked = false;
    missed = 0;
    timer ??= setTimeout(flush, GATHER_MS);
  };
  const heartbeat = setInterval(() => {
    if (!blocked) blocked = !response.write(": still here\n\n");
    else if (++missed > MAX_MISSED) response.destroy();
  }, HEARTBEAT_MS);

  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      clearInterval(heartbeat);
      store.events.off("written", written);
      store.events.off("closing", stop);
      response.off("drain", drained);
      response.off("close", stop);
      signal.removeEventListener("abort", stop);
      response.end();
      resolve();
    };
    store.events.on("written", written);
    store.events.on("closing", stop);
    response.on("drain", drained);
    response.on("close", stop);
    signal.addEventListener("abort", stop);
    if (signal.aborted || response.destroyed) stop();
  });
}
