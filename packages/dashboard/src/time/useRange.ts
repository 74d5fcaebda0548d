import { useMemo } from "preact/hooks";
import { setParameters, useLocation } from "../route/useLocation.js";
import { useStartingFrom } from "./dataAge.js";
import { DEFAULT_RANGE, isRelative, readRange, type TimeRange } from "./range.js";

/** What was shown before a range that was zoomed into, by {@link keyOf} the latter. Not in the URL: a shared zoom is just a range. */
const beforeZoom = new Map<string, TimeRange>();

const keyOf = ({ from, to }: Pick<TimeRange, "from" | "to">): string => `${from} ${to}`;

/** The range of the URL, or the one to start with; the same object while it says the same. */
export function useRange(): TimeRange {
  const { parameters } = useLocation();
  const { from, to, pausedAtMs } = readRange(parameters, useStartingFrom(DEFAULT_RANGE.from));
  return useMemo(() => ({ from, to, pausedAtMs }), [from, to, pausedAtMs]);
}

/** Shows `from` to `to`, live if it ends at `now`. */
export function setRange(from: string, to: string): void {
  setParameters({ from, to, at: undefined });
}

/** Narrows every chart to what was dragged over. */
export function zoomTo(current: TimeRange, fromMs: number, toMs: number): void {
  const zoomed = { from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs)) };
  beforeZoom.set(keyOf(zoomed), beforeZoom.get(keyOf(current)) ?? current);
  setRange(zoomed.from, zoomed.to);
}

/** Goes back to what was shown before the first drag; from a zoom that somebody shared to the range to start with. */
export function zoomOut(current: TimeRange): void {
  const back = beforeZoom.get(keyOf(current));
  if (back === undefined && isRelative(current)) return;
  setParameters({ from: back?.from, to: back?.to, at: back?.pausedAtMs?.toString() });
}

/**
 * Pausing freezes `now` and the range, which may have been nobody's choice; resuming lets time run again. An absolute
 * range resumes as the relative one it was zoomed into from, or the one to start with.
 */
export function setPaused(range: TimeRange, paused: boolean): void {
  const back = beforeZoom.get(keyOf(range));
  const live = back && isRelative(back) ? back : undefined;
  if (paused) setParameters({ from: range.from, to: range.to, at: String(Date.now()) });
  else if (isRelative(range)) setParameters({ at: undefined });
  else setParameters({ from: live?.from, to: live?.to, at: undefined });
}
