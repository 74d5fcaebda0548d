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
export function createLogger(level: LogLevel = "info", stream: DestinationStream = destination(2)): Logger {
  return pino({ ...ecsFormat({ apmIntegration: false, serviceName: "tidegauge" }), level }, stream);
}
