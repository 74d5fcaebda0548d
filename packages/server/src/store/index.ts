export { StoreError, type StoreErrorCode } from "./error.js";
export type { ExportRequest, FileSummary, StoreSummary } from "./messages.js";
export { openStore, type Store, type StoreOptions } from "./store.js";
