/** By which column a table is sorted. */
export interface Sorting<Key extends string> {
  key: Key;
  descending: boolean;
}

/** A column of a table: what it is sorted by, its head, and what its button says. */
export interface Column<Key extends string> {
  key: Key;
  name: string;
  title: string;
  /** Its cells are numbers: head and cells (class `number`) stand at the right. */
  numeric?: true;
}

type Cell = string | number | null | undefined;

/** A sorted copy; rows without a value come last either way. */
export function sortRows<Row, Key extends string>(
  rows: readonly Row[],
  { key, descending }: Sorting<Key>,
  cell: (row: Row, key: Key) => Cell,
): Row[] {
  const direction = descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = cell(left, key);
    const b = cell(right, key);
    const missingA = a === null || a === undefined;
    const missingB = b === null || b === undefined;
    if (missingA || missingB) return Number(missingA) - Number(missingB);
    if (typeof a === "number" && typeof b === "number") return (a - b) * direction;
    return String(a).localeCompare(String(b)) * direction;
  });
}
