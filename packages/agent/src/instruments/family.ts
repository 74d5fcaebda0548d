import type { Kind } from "./kind.js";
import { type KeyOrder, walkUpToThree } from "./label-index.js";
import { labelText } from "./label-set.js";
import type { Labels, LabelValue } from "./labels.js";
import { type InstrumentOptions, MetricName } from "./metric.js";
import type { Series } from "./series.js";
import type { SeriesTable } from "./series-table.js";

/** All series of one name and one list of label names. A missing or unknown label is a compile error. */
export interface Family<I, N extends readonly string[]> {
  /** The series of these label values; keep it on a hot path, a write to it is one addition. */
  with(...values: { readonly [K in keyof N]: LabelValue }): I;
  /** The same, by name. */
  with(labels: { readonly [K in N[number]]: LabelValue }): I;
  /** Forgets the series of these label values: nothing of it is sent any more, a later write starts from 0. */
  remove(...values: { readonly [K in keyof N]: LabelValue }): void;
  /** The same, by name. */
  remove(labels: { readonly [K in N[number]]: LabelValue }): void;
}

/** The one implementation, for every kind. Its series are those that free labels give as well. */
export class SeriesFamily {
  private readonly table: SeriesTable;
  private readonly kind: Kind;
  private readonly name: string;
  private readonly labelNames: readonly string[];
  private readonly options: InstrumentOptions | undefined;
  private of: MetricName | undefined = undefined;
  private order: KeyOrder | undefined = undefined;

  constructor(
    table: SeriesTable,
    kind: Kind,
    name: string,
    labelNames: readonly string[],
    options: InstrumentOptions | undefined,
  ) {
    this.table = table;
    this.kind = kind;
    this.name = name;
    this.labelNames = this.namesOf(labelNames);
    this.options = options;
  }

  // Three named parameters in front of the rest: a call with up to three values then allocates nothing.
  with(first: unknown, second?: unknown, third?: unknown, ...others: unknown[]): Series {
    const count = this.labelNames.length;
    if (typeof first !== "object" && this.order !== undefined && count <= 3) {
      const labels = walkUpToThree(this.order, count, textOf(first), textOf(second), textOf(third));
      const found = labels?.find(this.of as MetricName);
      if (found !== undefined) return found;
    }
    return this.ensure(this.labelsOf([first, second, third, ...others]));
  }

  remove(...values: unknown[]): void {
    const of = this.table.names[this.kind]?.get(this.name);
    const series = of === undefined ? undefined : this.table.find(of, this.labelsOf(values));
    if (series !== undefined) this.table.remove(series);
  }

  private ensure(labels: Labels): Series {
    const series = this.table.get(this.kind, this.name, labels, this.options);
    this.of = this.table.names[this.kind]?.get(this.name);
    // A call that leaves a label out leads to other keys than the family's.
    this.order =
      this.labelNames.length === 0 || this.of === undefined ? undefined : this.table.index.orderOf(this.labelNames);
    return series;
  }

  /** The values by name. What the types forbid, a missing value or an unknown name, leaves that label out. */
  private labelsOf(values: readonly unknown[]): Labels {
    const labels: Record<string, LabelValue> = Object.create(null);
    const first = values[0];
    const byName = typeof first === "object" && first !== null ? (first as Labels) : undefined;
    this.labelNames.forEach((name, index) => {
      labels[name] = (byName === undefined ? values[index] : this.read(byName, name)) as LabelValue;
    });
    return labels;
  }

  private namesOf(labelNames: readonly string[]): readonly string[] {
    try {
      return Array.from(labelNames, String);
    } catch {
      return this.refuse("a list of label names that are not strings", []);
    }
  }

  private read(labels: Labels, name: string): unknown {
    try {
      return labels[name];
    } catch {
      return this.refuse(`a label that cannot be read (${name})`, undefined);
    }
  }

  /** Counts what cannot be recorded, has it logged, and gives what takes its place (REG-20a). */
  private refuse<T>(reason: string, instead: T): T {
    this.table.refuse(new MetricName(this.kind, this.name, this.table), reason);
    return instead;
  }
}

/** A value that is no label value finds nothing here, and is left out where the series is made. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (labelText(value) as string);
}
