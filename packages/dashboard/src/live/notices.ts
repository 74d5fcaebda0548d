import type { EventNotice } from "@tidegauge/protocol/query";
import { apiUrl } from "../api/client.js";

type Listener = (notice: EventNotice) => void;

const listeners = new Set<Listener>();
let source: EventSource | undefined;
let connected = false;
let again: ReturnType<typeof setTimeout> | undefined;

/** Until a refused stream is asked for again. */
const RETRY_MS = 10_000;

/** Whether the server is telling us what arrives; if not, pages ask at intervals. */
export function noticesConnected(): boolean {
  return connected;
}

/** Calls `listener` for each notice of what just became readable. Returns the stop function; the last one closes the stream. */
export function listenForNotices(listener: Listener): () => void {
  listeners.add(listener);
  connect();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) disconnect();
  };
}

function connect(): void {
  clearTimeout(again);
  if (source !== undefined || typeof EventSource === "undefined") return;
  source = new EventSource(apiUrl("api/v1/events"));
  source.onopen = () => {
    connected = true;
  };
  source.onerror = () => {
    connected = false;
    // EventSource tries again by itself after a lost connection, but never after a refusal such as 401 or 503.
    if (source?.readyState !== EventSource.CLOSED) return;
    disconnect();
    if (listeners.size > 0) again = setTimeout(connect, RETRY_MS);
  };
  source.onmessage = (message: MessageEvent<string>) => {
    try {
      const notice = JSON.parse(message.data) as EventNotice;
      for (const listener of listeners) listener(notice);
    } catch {
      // Something between us and the server wrote into the stream; polling goes on all the same.
    }
  };
}

function disconnect(): void {
  clearTimeout(again);
  source?.close();
  source = undefined;
  connected = false;
}
