import type { Config } from "../config/config.js";
import { redactor } from "./redaction.js";
import { stderrSink, userLoggerSink } from "./sinks.js";

/** Where the agent writes what it has to say. Messages never carry a secret (CFG-31); no method throws. */
export interface Logger {
  /** Each step of the agent. */
  trace(message: string): void;
  /** What helps to find a mistake: requests, answers, settings. */
  debug(message: string): void;
  /** What happened, once: start, stop, a changed setting. */
  info(message: string): void;
  /** Something was left out or is not as configured; the agent goes on. */
  warn(message: string): void;
  /** Something failed: events were refused, a set could not be collected. */
  error(message: string): void;
  /** The agent cannot go on. */
  fatal(message: string): void;
}

/** A logger of the application: pino, winston and `console` fit. Missing methods are replaced by the nearest one present. */
export interface UserLogger {
  /** Each step of the agent. */
  trace?(message: string): unknown;
  /** What helps to find a mistake. */
  debug?(message: string): unknown;
  /** What happened, once. */
  info(message: string): unknown;
  /** Something was left out or is not as configured. */
  warn(message: string): unknown;
  /** Something failed. */
  error(message: string): unknown;
  /** The agent cannot go on. */
  fatal?(message: string): unknown;
}

/** The levels of the `log_level` option, least severe first (CFG-30). */
export type LogLevel = "trace" | "debug" | "info" | "warning" | "error" | "critical" | "off";

/** Takes one message of a level that is switched on. */
export type LogSink = (level: Exclude<LogLevel, "off">, message: string) => void;

const SEVERITY: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warning: 3,
  error: 4,
  critical: 5,
  off: 6,
};

/** Filters by level and takes secrets out, then hands over to a sink; an error of the sink is swallowed, since logging may not disturb the application. */
class LeveledLogger implements Logger {
  #threshold = SEVERITY.info;
  readonly #sink: LogSink;
  readonly #redact: (message: string) => string;

  constructor(sink: LogSink, redact: (message: string) => string) {
    this.#sink = sink;
    this.#redact = redact;
  }

  setLevel(level: LogLevel): void {
    this.#threshold = SEVERITY[level];
  }

  trace(message: string): void {
    this.#write("trace", message);
  }
  debug(message: string): void {
    this.#write("debug", message);
  }
  info(message: string): void {
    this.#write("info", message);
  }
  warn(message: string): void {
    this.#write("warning", message);
  }
  error(message: string): void {
    this.#write("error", message);
  }
  fatal(message: string): void {
    this.#write("critical", message);
  }

  #write(level: Exclude<LogLevel, "off">, message: string): void {
    if (SEVERITY[level] < this.#threshold) return;
    try {
      this.#sink(level, this.#redact(message));
    } catch {
      // There is nowhere left to report it.
    }
  }
}

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
