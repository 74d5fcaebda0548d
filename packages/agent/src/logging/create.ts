import type { Config } from "../config/config.js";
import { LeveledLogger, type Logger, type UserLogger } from "./logger.js";
import { redactor } from "./redaction.js";
import { stderrSink, userLoggerSink } from "./sinks.js";

/**
 * The agent's logger as configured (configuration.md §6.5): the application's own logger if it gave one, else `log_file`, else standard error; the
 * level follows `log_level` also when it is changed centrally. Writes out what loading the configuration had to say.
 */
export function createLogger(config: Config, userLogger?: UserLogger): Logger {
  const { logFile, logFileSizeBytes } = config.values;
  const sink = userLogger
    ? userLoggerSink(userLogger)
    : logFile
      ? (require("./file.js") as typeof import("./file.js")).fileSink(logFile, logFileSizeBytes, stderrSink)
      : stderrSink;
  const logger = new LeveledLogger(sink, redactor(config.secrets));
  logger.setLevel(config.values.logLevel);
  config.onChange((changed) => {
    if (changed.has("logLevel")) logger.setLevel(config.values.logLevel);
  });
  config.useLogger(logger);
  return logger;
}
