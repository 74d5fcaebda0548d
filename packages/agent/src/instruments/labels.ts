/** What a label may hold; on the wire it is a string (REG-25, REG-26). */
export type LabelValue = string | number | boolean | bigint;

/** Free labels: null and undefined leave the label out (REG-25). */
export type Labels = { readonly [key: string]: LabelValue | null | undefined };

/** The string a label value stands for, or undefined where the label is left out. `1` and `"1"` are the same label (REG-25). */
export function labelText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return undefined;
  }
}
