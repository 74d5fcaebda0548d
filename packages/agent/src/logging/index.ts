export { createLogger } from "./create.js";
export { LeveledLogger, type Logger, type LogLevel, type LogSink, type UserLogger } from "./logger.js";
export { REDACTED, redactor, redactUrlPassword } from "./redaction.js";
export { LogThrottle } from "./throttle.js";
