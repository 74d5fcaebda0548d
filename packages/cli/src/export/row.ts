/** How exported rows are written. */
export type ExportFormat = "ndjson" | "csv";

/** One stored value. */
export interface ExportRow {
  /** Start of the step, epoch milliseconds. */
  readonly timestampMs: number;
  readonly metric: string;
  readonly aggregation: string;
  readonly service: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The first line of CSV. */
export const HEADINGS: readonly string[] = ["timestamp", "metric", "aggregation", "service", "node", "labels", "value"];

/** A row with its line end. CSV as RFC 4180 has it, with the labels as JSON in one field. */
export function writeRow(row: ExportRow, format: ExportFormat): string {
  const { timestampMs, metric, aggregation, service, node, labels, value } = row;
  const timestamp = new Date(timestampMs).toISOString();
  if (format === "ndjson") {
    return `${JSON.stringify({ timestamp, metric, aggregation, service, node, labels, value })}\n`;
  }
  const fields = [timestamp, metric, aggregation, service, node, JSON.stringify(labels), String(value)];
  return `${fields.map(quote).join(",")}\n`;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
