import { useState } from "preact/hooks";
import type { Marker } from "../charts/frame.js";
import { formatClock, formatDateTime } from "../format/time.js";

/** More than this are counted, and listed when asked for. */
const FIRST_LISTED = 4;

/** A clock alone would be read as today's. */
const DATED_AFTER_MS = 20 * 3_600_000;

/** The markers in words: the lines in the charts have no room for them. */
export function MarkerList({ markers }: { markers: readonly Marker[] }) {
  const [all, setAll] = useState(false);
  if (markers.length === 0) return null;
  const newest = [...markers].sort((a, b) => b.timeMs - a.timeMs);
  return (
    <ul class="markers" aria-label="What happened" data-testid="markers">
      {newest.slice(0, all ? undefined : FIRST_LISTED).map(({ timeMs, kind, text }) => (
        <li key={`${timeMs} ${text}`} class={`marker marker-${kind}`}>
          <time>{(Date.now() - timeMs < DATED_AFTER_MS ? formatClock : formatDateTime)(timeMs)}</time> {text}
        </li>
      ))}
      {newest.length > FIRST_LISTED && !all && (
        <li>
          <button type="button" class="link-button" onClick={() => setAll(true)}>
            and {newest.length - FIRST_LISTED} more
          </button>
        </li>
      )}
    </ul>
  );
}
