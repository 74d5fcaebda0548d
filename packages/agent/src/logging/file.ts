import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import type { LogSink } from "./logger.js";
import { formatLine } from "./sinks.js";

/**
 * Writes to a file, and keeps one backup: past `sizeBytes` the file is renamed to `<path>.1` and begun anew. Written synchronously, as the agent
 * says little and its last words must not be lost. A file that cannot be written falls back to `fallback`, with the reason, once.
 */
export function fileSink(path: string, sizeBytes: number, fallback: LogSink): LogSink {
  let descriptor: number | undefined;
  let written = 0;
  let failed = false;

  function open(): number {
    const opened = openSync(path, "a");
    written = fstatSync(opened).size;
    descriptor = opened;
    return opened;
  }

  function rotate(): void {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
    renameSync(path, `${path}.1`);
  }

  return (level, message) => {
    if (failed) {
      fallback(level, message);
      return;
    }
    try {
      const line = Buffer.from(formatLine(level, message));
      let target = descriptor ?? open();
      if (written > 0 && written + line.length > sizeBytes) {
        rotate();
        target = open();
      }
      writeSync(target, line);
      written += line.length;
    } catch (error) {
      failed = true;
      fallback("warning", `log_file ${path} cannot be written (${String(error)}): logging to standard error`);
      fallback(level, message);
    }
  };
}
