import type { Column, Sorting } from "./sorting.js";

export interface SortHeaderProps<Key extends string> {
  column: Column<Key>;
  sorting: Sorting<Key>;
  onSort(sorting: Sorting<Key>): void;
}

/** Columns of names: the first click sorts from A. */
const TEXTS: ReadonlySet<string> = new Set(["name", "label"]);

/** A column's head that sorts the table; a second click turns the order round. Names start with A, numbers with the largest. */
export function SortHeader<Key extends string>({ column, sorting, onSort }: SortHeaderProps<Key>) {
  const active = sorting.key === column.key;
  const next = { key: column.key, descending: active ? !sorting.descending : !TEXTS.has(column.key) };
  return (
    <th scope="col" aria-sort={active ? (sorting.descending ? "descending" : "ascending") : "none"}>
      <button type="button" class="sort-button" title={column.title} onClick={() => onSort(next)}>
        {column.name}
        <span class="sort-mark" aria-hidden="true">
          {active ? (sorting.descending ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}
