export { StoreError, type StoreErrorCode } from "./error.js";
export type { ExportRequest, FileSummary, StoreSummary } from "./messages.js";
export { openStore, type Store } from "./store.js";
export type { StoreOptions } from "./store-options.js";
