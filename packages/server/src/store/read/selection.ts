import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { labelKey } from "../../output/label-key.js";
import { rows } from "../files/engine.js";
import { IDENTITY_COLUMNS } from "../files/schema.js";
import type { StoreFile } from "../files/store-file.js";
import type { ScanRequest } from "../messages.js";
import type { SeriesKind } from "../write/kind.js";

/** A series as a query sees it: one, however many files hold parts of it. */
export interface SelectedSeries {
  readonly index: number;
  readonly kind: SeriesKind;
  readonly process: string;
  /** Index into `Selection.groups`. */
  readonly group: number;
}

/** The ids of the selected series in one file, and which series they are. */
export interface FileSelection {
  readonly file: StoreFile;
  readonly ids: number[];
  readonly series: number[];
  /** For a sorted file: time and value of the last sample, parallel to `ids`. */
  readonly lastMs: (number | null)[];
  readonly lastValue: (number | null)[];
}

/** The columns of `series` that `group_by` and `filter` name by a name of their own; all else is a label key. */
const SENDER_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["service.name", "service"],
  ["service.node.name", "node"],
  ["service.version", "version"],
  ["service.environment", "environment"],
  ["host.name", "host"],
]);

/** The same for breakdown. Transaction metrics carry these names as labels (BD-60), so they are looked up there where the column is empty. */
const BREAKDOWN_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["transaction.name", "transaction_name"],
  ["transaction.type", "transaction_type"],
  ["span.type", "span_type"],
  ["span.subtype", "span_subtype"],
]);

const COLUMNS = [...IDENTITY_COLUMNS, "unit"];
const POSITION = new Map(COLUMNS.map((column, index) => [column, index + 1]));

/** Which series a query reads, in which groups they are put, and where they lie. */
export class Selection {
  readonly series: SelectedSeries[] = [];
  /** Labels of each group, in the order of `group_by`. */
  readonly groups: Record<string, string>[] = [];
  /** Unit as sent, of the newest file that has one. */
  unit: string | null = null;
  readonly #request: ScanRequest;
  readonly #byIdentity = new Map<string, SelectedSeries>();
  readonly #byGroup = new Map<string, number>();
  readonly #labels = new Map<string, Record<string, string>>();

  constructor(request: ScanRequest) {
    this.#request = request;
  }

  /** Finds the series in more files. Series met again keep their index. With `known`, only series met before are looked for. */
  async find(connection: DuckDBConnection, files: readonly StoreFile[], known = false): Promise<FileSelection[]> {
    const found: FileSelection[] = [];
    for (const file of files) {
      const selection: FileSelection = { file, ids: [], series: [], lastMs: [], lastValue: [] };
      for (const row of await this.#rows(connection, file)) {
        const series = this.#meet(row, known);
        if (series === undefined) continue;
        selection.ids.push(row[0] as number);
        selection.series.push(series.index);
        selection.lastMs.push(row[COLUMNS.length + 1] as number | null);
        selection.lastValue.push(row[COLUMNS.length + 2] as number | null);
      }
      if (selection.ids.length > 0) found.push(selection);
    }
    return found;
  }

  async #rows(connection: DuckDBConnection, file: StoreFile): Promise<unknown[][]> {
    const conditions: string[] = ["metric = $metric"];
    const values: Record<string, DuckDBValue> = { metric: this.#request.metric };
    const compare = (column: string, name: string, value: string): void => {
      conditions.push(`coalesce(${column}, '') = $${name}`);
      values[name] = value;
    };
    if (this.#request.service !== undefined) compare("service", "service", this.#request.service);
    if (this.#request.environment !== undefined) compare("environment", "environment", this.#request.environment);
    if (this.#request.node !== undefined) compare("node", "node", this.#request.node);
    this.#request.filters.forEach(({ key, value }, index) => {
      const column = SENDER_COLUMNS.get(key);
      if (column !== undefined) compare(column, `filter${index}`, value);
    });
    return rows(
      connection,
      `SELECT id, ${COLUMNS.join(", ")}, CAST(last_ms AS DOUBLE), last_value
       FROM ${file.alias}.series WHERE ${conditions.join(" AND ")} ORDER BY id`,
      values,
    );
  }

  #meet(row: unknown[], known: boolean): SelectedSeries | undefined {
    const identity = JSON.stringify(row.slice(1, IDENTITY_COLUMNS.length + 1));
    const met = this.#byIdentity.get(identity);
    if (met !== undefined || known) return met;
    for (const { key, value } of this.#request.filters) {
      if (!SENDER_COLUMNS.has(key) && this.#dimension(row, key) !== value) return undefined;
    }
    const series: SelectedSeries = {
      index: this.series.length,
      kind: cell(row, "kind") as SeriesKind,
      process: cell(row, "process") as string,
      group: this.#group(row),
    };
    this.series.push(series);
    this.#byIdentity.set(identity, series);
    const unit = cell(row, "unit");
    if (unit !== null) this.unit = unit as string;
    return series;
  }

  #group(row: unknown[]): number {
    const labels: Record<string, string> = Object.create(null); // a label may be called __proto__
    for (const key of this.#request.groupBy) {
      labels[key] = this.#dimension(row, key);
    }
    const identity = JSON.stringify(labels);
    let group = this.#byGroup.get(identity);
    if (group === undefined) {
      group = this.groups.length;
      this.groups.push(labels);
      this.#byGroup.set(identity, group);
    }
    return group;
  }

  #dimension(row: unknown[], key: string): string {
    const sender = SENDER_COLUMNS.get(key);
    if (sender !== undefined) return (cell(row, sender) as string | null) ?? "";
    const column = BREAKDOWN_COLUMNS.get(key);
    const value = column === undefined ? null : (cell(row, column) as string | null);
    return value || this.#label(row, key);
  }

  /** Value of a label, `""` without it. The key may be spelled as sent or as stored. */
  #label(row: unknown[], key: string): string {
    const text = cell(row, "labels") as string;
    let labels = this.#labels.get(text);
    if (labels === undefined) {
      labels = JSON.parse(text) as Record<string, string>;
      this.#labels.set(text, labels);
    }
    const stored = labelKey(key);
    return Object.hasOwn(labels, stored) ? (labels[stored] as string) : "";
  }
}

function cell(row: unknown[], column: string): unknown {
  return row[POSITION.get(column) as number];
}
