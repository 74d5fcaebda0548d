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
  /** A `<tr>` with a key. */
  children(row: Row): ComponentChildren;
}

/** A table in a box that scrolls, sorted by the column whose head was clicked last. */
export function SortedTable<Row, Key extends string>(props: SortedTableProps<Row, Key>) {
  const { label, testId, columns, rows, first, value, children } = props;
  const [sorting, setSorting] = useState(first);
  return (
    <TableScroll label={label} testId={testId}>
      <table>
        <SortHead columns={columns} sorting={sorting} onSort={setSorting} />
        <tbody>{sortRows(rows, sorting, value).map(children)}</tbody>
      </table>
    </TableScroll>
  );
}
