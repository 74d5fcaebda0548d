/** Names whose unit no ending tells (cpu-memory-cgroup.md §2.1). */
const NAMED: Readonly<Record<string, string>> = {
  "system.memory.total": "byte",
  "system.memory.actual.free": "byte",
  "system.process.memory.size": "byte",
};

const ENDINGS: readonly (readonly [ending: string, unit: string])[] = [
  [".pct", "percent"],
  [".bytes", "byte"],
  [".us", "us"],
  [".ms", "ms"],
];

/** The unit of a metric: as sent, else derived from its name, else null. `percent` is a fraction. */
export function unitOf(metric: string, sent: string | null): string | null {
  if (sent !== null && sent !== "") return sent;
  if (Object.hasOwn(NAMED, metric)) return NAMED[metric] as string;
  return ENDINGS.find(([ending]) => metric.endsWith(ending))?.[1] ?? null;
}
