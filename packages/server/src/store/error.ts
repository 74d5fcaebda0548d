/** Codes of what can go wrong in the store, beside `OutputError` for writes. */
export type StoreErrorCode =
  | "STORE_ALREADY_OPEN"
  | "STORE_TOO_NEW"
  | "STORE_UNAVAILABLE"
  | "STORE_CLOSED"
  | "CANCELLED"
  | "TOO_MANY_SERIES"
  | "TOO_MANY_POINTS"
  | "NOT_A_HISTOGRAM"
  | "EXPORT_FAILED"
  | "STORE_FAILED";

/** An error of the store; `code` is stable, `message` says what to do. */
export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "StoreError";
  }
}

/**
 * What opening a data directory threw: an error of the system, such as EACCES, becomes a `StoreError` that says what the directory must be. Others
 * are as they were.
 */
export function openingError(dataDir: string, error: unknown): unknown {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  return new StoreError(
    "STORE_UNAVAILABLE",
    `the data directory ${dataDir} cannot be used (${error.message}): it must be a directory that this user can write, or choose another with --data-dir`,
  );
}
