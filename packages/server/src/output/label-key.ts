/** A label key as Elastic stores it: `.`, `*` and `"` become `_` (SRV-44). */
export function labelKey(key: string): string {
  return key.replace(/[.*"]/g, "_");
}
