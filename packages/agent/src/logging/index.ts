export type { Logger, UserLogger } from "./logger.js";
