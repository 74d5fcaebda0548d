import type { ServicesResponse } from "@tidegauge/protocol/query";
import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api/client.js";

/** Ranges to start with, by how old the oldest data is at most: a chart should be more than an empty grid. */
const YOUNG: readonly { untilMs: number; from: string }[] = [
  { untilMs: 2 * 60_000, from: "now-1m" },
  { untilMs: 10 * 60_000, from: "now-5m" },
];

/** Where a range starts that nobody chose, `usual` unless all there is to see is younger than that. */
export function startingFrom(oldestMs: number | null, nowMs: number, usual: string): string {
  if (oldestMs === null) return usual;
  return YOUNG.find(({ untilMs }) => nowMs - oldestMs < untilMs)?.from ?? usual;
}

/** When the first report of any service arrived, epoch milliseconds; null while nothing has or nobody knows. */
let oldest: number | null = null;
const listeners = new Set<() => void>();

/** Asks for all services, and notes how old the data is. Errors: `ApiError`. */
export async function loadServices(signal?: AbortSignal): Promise<ServicesResponse> {
  const answer = await getJson<ServicesResponse>("api/v1/services", {}, signal);
  note(answer);
  return answer;
}

function note({ services }: ServicesResponse): void {
  const times = services.flatMap(({ firstSeen }) => (firstSeen === null ? [] : [Date.parse(firstSeen)]));
  const found = times.length === 0 ? null : Math.min(...times);
  if (found === oldest) return;
  oldest = found;
  for (const listener of listeners) listener();
}

/** The answer of {@link startingFrom} for the data of this server; renders again when it changes. */
export function useStartingFrom(usual: string): string {
  const [from, setFrom] = useState(() => startingFrom(oldest, Date.now(), usual));
  useEffect(() => {
    const look = () => setFrom(startingFrom(oldest, Date.now(), usual));
    look();
    listeners.add(look);
    const timer = setInterval(look, 2000);
    return () => {
      listeners.delete(look);
      clearInterval(timer);
    };
  }, [usual]);
  return from;
}
