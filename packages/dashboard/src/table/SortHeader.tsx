import type { Sorting } from "./sorting.js";

export interface SortHeaderProps<Key extends string> {
  column: { key: Key; name: string; title: string };
  sorting: Sorting<Key>;
  onSort(sorting: Sorting<Key>): void;
}

/** A column's head that sorts the table; a second click turns the order round. Names start with A, numbers with the largest. */
export function SortHeader<Key extends string>({ column, sorting, onSort }: SortHeaderProps<Key>) {
  const active = sorting.key === column.key;
  const next = { key: column.key, descending: active ? !sorting.descending : column.key !== "name" };
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
