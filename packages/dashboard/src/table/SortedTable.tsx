import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { SortHead } from "./SortHead.js";
import { type Column, type Sorting, sortRows } from "./sorting.js";
import { TableScroll } from "./TableScroll.js";

export interface SortedTableProps<Row, Key extends string> {
  label: string;
  testId: string;
  columns: readonly Column<Key>[];
  rows: readonly Row[];
  /** The order to begin with. */
  first: Sorting<Key>;
  /** What a row is sorted by in a column; null comes last. */
  value(row: Row, key: Key): string | number | null;
  /** Rows drawn until all are asked for, and what such rows are called; without it all are drawn. */
  firstRows?: { count: number; noun: string };
  /** A row that is drawn in any case. */
  isKept?(row: Row): boolean;
  /** A `<tr>` with a key. */
  children(row: Row): ComponentChildren;
}

/** A table in a box that scrolls, sorted by the column whose head was clicked last. */
export function SortedTable<Row, Key extends string>(props: SortedTableProps<Row, Key>) {
  const { label, testId, columns, rows, first, value, firstRows, isKept, children } = props;
  const [sorting, setSorting] = useState(first);
  const [all, setAll] = useState(false);
  const sorted = sortRows(rows, sorting, value);
  const shown =
    all || firstRows === undefined ? sorted : sorted.filter((row, index) => index < firstRows.count || isKept?.(row));
  return (
    <TableScroll label={label} testId={testId}>
      <table>
        <SortHead columns={columns} sorting={sorting} onSort={setSorting} />
        <tbody>{shown.map(children)}</tbody>
      </table>
      {shown.length < sorted.length && (
        <button type="button" class="button more-rows" onClick={() => setAll(true)}>
          Show all {sorted.length} {firstRows?.noun}
        </button>
      )}
    </TableScroll>
  );
}
