/** A label of an answer by its dotted name; the server may have stored it with `_` for `.` as Elasticsearch does. */
export function labelOf(labels: Record<string, string>, name: string): string {
  return labels[name] ?? labels[name.replaceAll(".", "_")] ?? "";
}
