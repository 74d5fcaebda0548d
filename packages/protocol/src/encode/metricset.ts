import type { Metricset, WireLabelValue } from "../metricset.js";
import { quote, truncate } from "./text.js";

/** A metricset line up to its samples. */
export const METRICSET_HEAD = '{"metricset":{"samples":{';

/** What stands between samples and labels of a metricset line, up to the label set's text; without labels, up to {@link METRICSET_END} (REG-46). */
export function metricsetStamp(timestampUs: number, hasTags: boolean): string {
  return hasTags ? `},"timestamp":${timestampUs},"tags":` : `},"timestamp":${timestampUs}`;
}

/** The end of a metricset line. */
export const METRICSET_END = "}}\n";

/** A label set as JSON text: keys unchanged (REG-27), string values cut to 1024 code points (REG-28). Empty for no labels. */
export function tagsText(keys: readonly string[], values: readonly WireLabelValue[]): string {
  if (keys.length === 0) return "";
  const members = keys.map((key, index) => {
    const value = values[index] as WireLabelValue;
    return `${quote(key)}:${typeof value === "string" ? quote(truncate(value)) : String(value)}`;
  });
  // Joined, not added up: the text is kept, and an added-up one keeps all its pieces.
  return ["{", members.join(","), "}"].join("");
}

/** One event line of a metricset object, newline included. The caller has made sure that every number is finite (W-14). */
export function encodeMetricset(metricset: Metricset): string {
  return `{"metricset":${JSON.stringify(metricset)}}\n`;
}
