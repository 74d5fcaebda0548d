import type { WireLabelValue } from "@tidegauge/protocol";
import { truncate } from "@tidegauge/protocol/encode";
import type { Attributes } from "./metric-data.js";

/** Labels of a point: a new object, keys as they are, types kept (OT-23, OT-30, OT-31). `dropped` is told of each array or object (OT-32). */
export function attributeLabels(
  attributes: Attributes,
  dropped: (key: string) => void,
): Record<string, WireLabelValue> {
  const labels: Record<string, WireLabelValue> = Object.create(null);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "string") labels[key] = truncate(value);
    else if (typeof value === "boolean") labels[key] = value;
    else if (typeof value === "number") {
      if (Number.isFinite(value)) labels[key] = value;
    } else if (value !== null && value !== undefined) dropped(key);
  }
  return labels;
}

/** Labels as a key: sorted, values with their type, `"1"` is not `1` (OT-12). */
export function labelKey(labels: Record<string, WireLabelValue>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
