/** Type and subtype of a span, as they become labels (BD-1). */
export interface SpanType {
  type: string;
  subtype: string;
}

const DEFAULT: SpanType = { type: "code", subtype: "custom" };

/**
 * Type and subtype from what the caller gave: none is `code`/`custom`; a dotted type without a subtype is split, its third part is an action
 * and no label (BD-44).
 */
export function spanType(type: unknown, subtype: unknown): SpanType {
  const hasSubtype = subtype !== undefined && subtype !== null && subtype !== "";
  if (type === undefined || type === null || type === "") {
    return hasSubtype ? { type: DEFAULT.type, subtype: asText(subtype) } : DEFAULT;
  }
  const text = asText(type);
  if (hasSubtype) return { type: text, subtype: asText(subtype) };
  const dot = text.indexOf(".");
  if (dot < 0) return { type: text, subtype: "" };
  const second = text.indexOf(".", dot + 1);
  return { type: text.slice(0, dot), subtype: second < 0 ? text.slice(dot + 1) : text.slice(dot + 1, second) };
}

/** Any value as text; recording never throws, so a value that cannot be converted is `""`. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  try {
    return String(value);
  } catch {
    return "";
  }
}
