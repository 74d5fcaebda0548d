/** Tells whether a text matches a wildcard pattern (CFG-10). */
export interface Matcher {
  /** Whether the whole of `text` matches. */
  matches(text: string): boolean;
}

/**
 * A pattern in which `*` stands for any text, also none; everything else is literal, and the whole text must match. Ignores case unless the
 * pattern begins with `(?-i)` (CFG-10).
 */
export class WildcardMatcher implements Matcher {
  /** As written by the user. */
  readonly pattern: string;
  readonly #caseSensitive: boolean;
  readonly #parts: readonly string[];

  constructor(pattern: string) {
    this.pattern = pattern;
    this.#caseSensitive = pattern.startsWith("(?-i)");
    const body = this.#caseSensitive ? pattern.slice(5) : pattern.toLowerCase();
    this.#parts = body.split("*");
  }

  matches(text: string): boolean {
    const subject = this.#caseSensitive ? text : text.toLowerCase();
    const parts = this.#parts;
    const first = parts[0] as string;
    if (parts.length === 1) return subject === first;
    const last = parts[parts.length - 1] as string;
    // Length first: the fixed head and tail may not overlap (`foo*oo` does not match `foo`).
    if (subject.length < first.length + last.length) return false;
    if (!subject.startsWith(first) || !subject.endsWith(last)) return false;
    const end = subject.length - last.length;
    let at = first.length;
    for (let i = 1; i < parts.length - 1; i++) {
      const part = parts[i] as string;
      const found = subject.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  }
}

/** Whether one of the matchers matches. */
export function matchesAny(matchers: readonly Matcher[], text: string): boolean {
  for (let i = 0; i < matchers.length; i++) if ((matchers[i] as Matcher).matches(text)) return true;
  return false;
}
