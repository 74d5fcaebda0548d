import type { LogLevel, LogSink, UserLogger } from "./logger.js";

/** One line as the agent writes it to standard error and to its file. */
export function formatLine(level: LogLevel, message: string, nowMs: number = Date.now()): string {
  return `${new Date(nowMs).toISOString()} ${level.toUpperCase()} [tidegauge] ${message.replaceAll("\n", "\\n")}\n`;
}

/**
 * Writes to standard error, at once where the platform allows it, so that last words are not lost. A reader that has gone away must not become an
 * uncaught exception of the application: its error finds a listener, as with `console`.
 */
export const stderrSink: LogSink = (level, message) => {
  const { stderr } = process;
  const listen = (): void => {
    if (stderr.listenerCount("error") === 0) stderr.once("error", ignore);
  };
  try {
    listen();
    stderr.write(formatLine(level, message), (error) => {
      if (error) listen();
    });
  } finally {
    stderr.removeListener("error", ignore);
  }
};

function ignore(): void {}

/**
 * Writes to the application's own logger (CFG-30). Only pino's shape, known by its `fatal`, has a `trace` that means a level: `console.trace`
 * prints a stack, so trace messages go to `debug` there; winston has neither.
 */
export function userLoggerSink(logger: UserLogger): LogSink {
  return (level, message) => {
    const full = `[tidegauge] ${message}`;
    switch (level) {
      case "trace":
        if (typeof logger.fatal === "function" && typeof logger.trace === "function") logger.trace(full);
        else if (typeof logger.debug === "function") logger.debug(full);
        break;
      case "debug":
        if (typeof logger.debug === "function") logger.debug(full);
        break;
      case "info":
        logger.info(full);
        break;
      case "warning":
        logger.warn(full);
        break;
      case "error":
        logger.error(full);
        break;
      case "critical":
        if (typeof logger.fatal === "function") logger.fatal(full);
        else logger.error(full);
    }
  };
}
