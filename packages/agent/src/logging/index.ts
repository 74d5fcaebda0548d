export { createLogger } from "./create.js";
export type { Logger, UserLogger } from "./logger.js";
