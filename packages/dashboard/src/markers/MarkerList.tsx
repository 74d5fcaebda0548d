import type { Marker } from "../charts/frame.js";
import { formatClock } from "../format/time.js";

/** More than this are counted, not listed. */
const MOST_LISTED = 4;

/** The markers in words: the lines in the charts have no room for them. */
export function MarkerList({ markers }: { markers: readonly Marker[] }) {
  if (markers.length === 0) return null;
  const newest = [...markers].sort((a, b) => b.timeMs - a.timeMs);
  return (
    <ul class="markers" aria-label="What happened" data-testid="markers">
      {newest.slice(0, MOST_LISTED).map(({ timeMs, kind, text }) => (
        <li key={`${timeMs} ${text}`} class={`marker marker-${kind}`}>
          <time>{formatClock(timeMs)}</time> {text}
        </li>
      ))}
      {newest.length > MOST_LISTED && <li class="muted">and {newest.length - MOST_LISTED} more</li>}
    </ul>
  );
}
