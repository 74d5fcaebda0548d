export { ConfigFileError } from "./agent-config/config-file.js";
export { OptionError, ServerError, type ServerOptions } from "./options.js";
export { type RunningServer, startServer } from "./server.js";
export { type ExportRequest, openStore, type Store, StoreError, type StoreOptions } from "./store/index.js";
