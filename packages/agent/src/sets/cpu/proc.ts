/** CPU times of the whole system, in clock ticks since boot. */
export interface SystemTimes {
  total: number;
  /** Total without idle and iowait. */
  usage: number;
}

/** One process, from `/proc/<pid>/stat`: times in clock ticks, size in bytes, resident set in pages. */
export interface ProcessStat {
  user: number;
  system: number;
  size: number;
  rssPages: number;
}

/** The line of all CPUs; guest times are inside user and nice already and are not added (CPU-10, CPU-11). Undefined for garbage. */
export function parseSystemStat(text: string): SystemTimes | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith("cpu "));
  if (line === undefined) return undefined;
  const fields = line.trim().split(/\s+/).slice(1, 9).map(Number);
  if (fields.length < 4 || !fields.every(Number.isFinite)) return undefined;
  const total = fields.reduce((sum, field) => sum + field, 0);
  return { total, usage: total - (fields[3] as number) - (fields[4] ?? 0) };
}

/** Cut at the last `)`: a command may contain blanks and parentheses (CPU-12, CPU-13). Undefined for garbage. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const fields = text
    .slice(text.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  // Field 3 of the line is the first one here.
  const [user, system, size, rssPages] = [14, 15, 23, 24].map((position) =>
    Number(fields[position - 3] ?? Number.NaN),
  ) as [number, number, number, number];
  return [user, system, size, rssPages].every(Number.isFinite) ? { user, system, size, rssPages } : undefined;
}

/** Total and available memory in bytes; without MemAvailable (kernels before 3.14) the sum of what can be freed (CPU-16, CPU-17). */
export function parseMemInfo(text: string): { total?: number; free?: number } {
  const bytes = new Map<string, number>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    const value = Number(
      line
        .slice(colon + 1)
        .trim()
        .split(/\s+/)[0],
    );
    if (colon > 0 && Number.isFinite(value)) bytes.set(line.slice(0, colon), value * 1024);
  }
  const total = bytes.get("MemTotal");
  const parts = ["MemFree", "Buffers", "Cached"].map((key) => bytes.get(key));
  const sum = parts.some((part) => part !== undefined)
    ? parts.reduce<number>((all, part) => all + (part ?? 0), 0)
    : undefined;
  const free = bytes.get("MemAvailable") ?? sum;
  return { ...(total === undefined ? {} : { total }), ...(free === undefined ? {} : { free }) };
}
