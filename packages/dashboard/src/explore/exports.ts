import type { ChartData } from "../charts/data.js";

/**
 * A CSV field: quoted when it holds a separator, a quote or a line break (RFC 4180). Labels come from whoever sends
 * metrics; one that begins like a formula gets a `'` in front, or a spreadsheet would run it.
 */
function field(label: string): string {
  const text = /^[=+\-@\t\r]/.test(label) ? `'${label}` : label;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The chart's values as CSV: a line a step, a column a series, times in ISO 8601, empty where there is no value. */
export function toCsv(data: ChartData): string {
  const lines = [["time", ...data.series.map(({ label }) => label)].map(field).join(",")];
  data.times.forEach((time, index) => {
    const values = data.series.map((series) => series.values[index] ?? null);
    lines.push(
      [new Date(time).toISOString(), ...values.map((value) => (value === null ? "" : String(value)))].join(","),
    );
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** Offers `content` as a download. */
export function download(fileName: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser reads the blob after this task.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
