/** Where the agent writes what it has to say. Messages never carry a secret (CFG-31); no method throws. */
export interface Logger {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  fatal(message: string): void;
}

/** A logger of the application: pino, winston and `console` fit. Missing methods are replaced by the nearest one present. */
export interface UserLogger {
  trace?(message: string): unknown;
  debug?(message: string): unknown;
  info(message: string): unknown;
  warn(message: string): unknown;
  error(message: string): unknown;
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
export class LeveledLogger implements Logger {
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
