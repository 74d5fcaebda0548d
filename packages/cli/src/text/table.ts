import { visibleLength } from "./line.js";

/** One column of a table: its heading and on which side its cells stand. */
export interface Column {
  readonly heading: string;
  readonly align?: "left" | "right";
}

/**
 * Lines of a table whose columns are as wide as their widest cell, two blanks apart. Colours in cells do not count.
 *
 * @param rows cells as they are printed, in the order of the columns
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => visibleLength(row[i] ?? ""))));
  return all.map((row) =>
    columns
      .map(({ align }, i) => {
        const cell = row[i] ?? "";
        const padding = " ".repeat((widths[i] ?? 0) - visibleLength(cell));
        return align === "right" ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd(),
  );
}
