import { MAX_KEYWORD_LENGTH } from "@tidegauge/protocol";

/** At most 1024 code points: longer texts keep 1023 and end in `…`; never cut inside a surrogate pair (W-16). */
export function truncateKeyword(text: string): string {
  // A code point is one or two UTF-16 units, so a text of few units is short enough.
  if (text.length <= MAX_KEYWORD_LENGTH) return text;
  const points = [...text];
  return points.length <= MAX_KEYWORD_LENGTH ? text : `${points.slice(0, MAX_KEYWORD_LENGTH - 1).join("")}…`;
}

/** Every string inside truncated, everything undefined and every empty object left out (W-20). Arrays are kept, with their strings truncated. */
export function tidy<T extends object>(value: T): T {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined || field === null) continue;
    if (typeof field === "string") result[key] = truncateKeyword(field);
    else if (Array.isArray(field))
      result[key] = field.map((item) => (typeof item === "string" ? truncateKeyword(item) : item));
    else if (typeof field === "object") {
      const inner = tidy(field as object);
      if (Object.keys(inner).length > 0) result[key] = inner;
    } else result[key] = field;
  }
  return result as T;
}
