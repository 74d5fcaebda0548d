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
