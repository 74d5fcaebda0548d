import { SortHeader } from "./SortHeader.js";
import type { Column, Sorting } from "./sorting.js";

export interface SortHeadProps<Key extends string> {
  columns: readonly Column<Key>[];
  sorting: Sorting<Key>;
  onSort(sorting: Sorting<Key>): void;
}

/** The head of a table that is sorted by any of its columns. */
export function SortHead<Key extends string>({ columns, sorting, onSort }: SortHeadProps<Key>) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <SortHeader key={column.key} column={column} sorting={sorting} onSort={onSort} />
        ))}
      </tr>
    </thead>
  );
}
