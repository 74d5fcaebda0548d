/** How a filter's value is written; series without the label have the empty one. */
export function valueText(value: string): string {
  return value === "" ? "(none)" : value;
}

export interface FilterValueProps {
  /** The label or dimension filtered by. */
  name: string;
  /** Undefined while they are on their way. */
  values: readonly string[] | undefined;
  failed: boolean;
  /** Takes `name:value`. */
  onChoose(filter: string): void;
}

/** The choice of a value to filter by. */
export function FilterValue({ name, values, failed, onChoose }: FilterValueProps) {
  return (
    <select
      aria-label={`Value of ${name}`}
      value=""
      onChange={(event) => onChoose(`${name}:${event.currentTarget.value.slice(1)}`)}
    >
      <option value="">{values ? "is…" : failed ? "Values could not be read" : "Reading values…"}</option>
      {values?.map((value) => (
        // An empty value would be taken for the first option.
        <option key={value} value={`=${value}`}>
          {valueText(value)}
        </option>
      ))}
    </select>
  );
}
