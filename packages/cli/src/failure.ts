/** The command line cannot be carried out as written; ends with exit code 2. */
export class UsageError extends Error {}

/** One line for a person: what happened and, where it is known, what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as Error & { code?: unknown; port?: unknown };
  if (code === "EADDRINUSE") return `port ${String(port)} is in use; choose another with --port N, or --port 0 for any`;
  if (code === "EACCES" && port !== undefined) return `port ${String(port)} needs more rights; choose one above 1023`;
  return error.message;
}
