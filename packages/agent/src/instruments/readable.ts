/**
 * A copy of a caller's labels or options without what throws when it is read, as a getter does; empty where even the names cannot be read, as of a proxy. Lists are
 * copied too. Never throws.
 */
export function readable<T extends object>(given: T | null | undefined): T {
  const left: Record<string, unknown> = Object.create(null);
  for (const key of attempt(() => keysOf(given)) ?? []) {
    left[key] = attempt(() => {
      const value = (given as Record<string, unknown>)[key];
      return Array.isArray(value) ? Array.from(value) : value;
    });
  }
  return left as T;
}

/** Inherited ones too, as where labels and options can be read. */
function keysOf(given: object | null | undefined): string[] {
  const keys: string[] = [];
  for (const key in given) keys.push(key);
  return keys;
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
