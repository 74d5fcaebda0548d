import { useMemo } from "preact/hooks";
import { setParameters, useLocation } from "../route/useLocation.js";
import { useStartingFrom } from "./dataAge.js";
import { DEFAULT_RANGE, isRelative, readRange, type TimeRange } from "./range.js";

/** The relative range a drag left, which a double click goes back to. Not in the URL: a shared zoom is just a range. */
let beforeZoom: { from: string; to: string } | null = null;

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
  if (isRelative(current) || beforeZoom === null) beforeZoom = { from: current.from, to: current.to };
  setRange(String(Math.floor(fromMs)), String(Math.ceil(toMs)));
}

/** Goes back to the range before the first drag. */
export function zoomOut(): void {
  const back = beforeZoom;
  beforeZoom = null;
  setParameters({ from: back?.from, to: back?.to, at: undefined });
}

/**
 * Pausing freezes `now` and the range, which may have been nobody's choice; resuming lets time run again. An absolute
 * range resumes as the one to start with.
 */
export function setPaused(range: TimeRange, paused: boolean): void {
  if (paused) setParameters({ from: range.from, to: range.to, at: String(Date.now()) });
  else if (isRelative(range)) setParameters({ at: undefined });
  else zoomOut();
}
