import { truncate } from "@tidegauge/protocol/encode";

/** Every string inside truncated, everything undefined and every empty object left out (W-16, W-20). Arrays are kept, with their strings truncated. */
export function tidy<T extends object>(value: T): T {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined || field === null) continue;
    if (typeof field === "string") result[key] = truncate(field);
    else if (Array.isArray(field))
      result[key] = field.map((item) => (typeof item === "string" ? truncate(item) : item));
    else if (typeof field === "object") {
      const inner = tidy(field as object);
      if (Object.keys(inner).length > 0) result[key] = inner;
    } else result[key] = field;
  }
  return result as T;
}
