import { ecsFormat } from "@elastic/ecs-pino-format";
import { type DestinationStream, destination, pino } from "pino";

/** The part of pino the server uses; a test may pass its own. Messages and fields never carry a secret. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The least severe level that is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** A logger that writes one ECS JSON document a line, by default to standard error, so that standard output keeps the one line `listening on …`. */
export function createLogger(level: LogLevel = "info", stream: DestinationStream = standardError()): Logger {
  return pino({ ...ecsFormat({ apmIntegration: false, serviceName: "tidegauge" }), level }, stream);
}

/** Characters of lines that wait for a log that takes none; further lines are left out. */
const MAX_WAITING = 1024 * 1024;

/**
 * Standard error, and never a reason to stop: a log file on a full disk takes no lines, and the server must outlive that. The first of them are
 * written when there is room again.
 */
function standardError(): DestinationStream {
  const stream = destination({ dest: 2, minLength: 0, maxLength: MAX_WAITING });
  let refused = false;
  stream.on("error", () => {
    refused = true;
  });
  stream.on("write", () => {
    refused = false;
  });
  // At the end of the process what waits is written again and again until it is taken, which may be never.
  const flush = stream.flushSync.bind(stream);
  stream.flushSync = () => {
    if (!refused) flush();
  };
  return stream;
}
