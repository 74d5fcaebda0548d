import { useEffect, useState } from "preact/hooks";
import { isLive, rangeLength, type TimeRange } from "../time/range.js";
import { listenForNotices, noticesConnected } from "./notices.js";
import { pollInterval, refreshInterval } from "./refresh.js";

/**
 * A number that grows when the page should ask again: new data of `service` (any, if undefined) became readable, or,
 * without notices, time has passed. Stands still while paused, on absolute ranges and in a hidden tab.
 */
export function useTick(range: TimeRange, service?: string): number {
  const [tick, setTick] = useState(0);
  const live = isLive(range);
  const length = rangeLength(range);

  useEffect(() => {
    if (!live) return;
    const interval = refreshInterval(length);
    let last = Date.now();
    // What arrives right after a page was opened may be the first there is to see; on long ranges it is a pixel.
    let wait = length <= 15 * 60_000 ? 0 : interval;
    let pending: ReturnType<typeof setTimeout> | undefined;

    const advance = () => {
      pending = undefined;
      if (document.hidden) return;
      last = Date.now();
      wait = interval;
      setTick((value) => value + 1);
    };
    // The first notice of a burst starts the wait, the rest of it is covered by the same refresh.
    const schedule = () => {
      if (pending === undefined) pending = setTimeout(advance, Math.max(150, last + wait - Date.now()));
    };
    const stopListening = listenForNotices((notice) => {
      if (service === undefined || notice.service === service) schedule();
    });
    const poll = setInterval(() => {
      // With notices this only moves the time axis when nothing arrives. The list of all services also shows those
      // that said hello without sending anything, of which there is no notice.
      const patience = noticesConnected() && service !== undefined ? 3 : 1;
      if (Date.now() - last >= pollInterval(length) * patience) advance();
    }, 1000);
    const onVisible = () => {
      if (!document.hidden) schedule();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearTimeout(pending);
      clearInterval(poll);
      stopListening();
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [live, length, service]);

  return tick;
}
