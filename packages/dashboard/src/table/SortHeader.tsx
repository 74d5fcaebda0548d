import type { Column, Sorting } from "./sorting.js";

export interface SortHeaderProps<Key extends string> {
  column: Column<Key>;
  sorting: Sorting<Key>;
  onSort(sorting: Sorting<Key>): void;
}

/** Columns of names: the first click sorts from A. */
const TEXTS: ReadonlySet<string> = new Set(["name", "label", "node", "agent", "state"]);

/** A column's head that sorts the table; a second click turns the order round. Names start with A, numbers with the largest. */
export function SortHeader<Key extends string>({ column, sorting, onSort }: SortHeaderProps<Key>) {
  const active = sorting.key === column.key;
  const next = { key: column.key, descending: active ? !sorting.descending : !TEXTS.has(column.key) };
  const mark = (
    <span class="sort-mark" aria-hidden="true">
      {active ? (sorting.descending ? "↓" : "↑") : ""}
    </span>
  );
  return (
    <th
      scope="col"
      class={column.numeric ? "number" : undefined}
      aria-sort={active ? (sorting.descending ? "descending" : "ascending") : "none"}
    >
      <button type="button" class="sort-button" title={column.title} onClick={() => onSort(next)}>
        {/* Numbers and their head end at the same edge. */}
        {column.numeric && mark}
        {column.name}
        {!column.numeric && mark}
      </button>
    </th>
  );
}
