/**
 * A copy of a caller's labels or options without what throws when it is read, as a getter does; empty where even the names cannot be read, as of a proxy. Lists are
 * copied too. Never throws.
 */
export function readable<T extends object>(given: T | null | undefined): T {
  const left: Record<string, unknown> = Object.create(null);
  for (const key of attempt(() => Object.keys(given ?? {})) ?? []) {
    left[key] = attempt(() => {
      const value = (given as Record<string, unknown>)[key];
      return Array.isArray(value) ? Array.from(value) : value;
    });
  }
  return left as T;
}

/** An error as one line; what was thrown need not be one, nor have a text. */
export function errorText(error: unknown): string {
  return attempt(() => String(error)) ?? "no reason given";
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
