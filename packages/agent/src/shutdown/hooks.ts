import { isMainThread } from "node:worker_threads";
import type { Logger } from "../logging/logger.js";
import type { Endable } from "./endable.js";

/** How long the end of the process may be delayed to send what is left (W-92). */
const DEADLINE_MS = 1000;

/**
 * Sees to it that what was recorded last survives the end of the process (W-92): its normal end, `process.exit`, SIGTERM and SIGINT where the
 * application has no handler of its own, and uncaught exceptions. In a worker thread only its `exit` is observed: the rest belongs to the main
 * thread. Returns a function that takes all hooks away.
 */
export function installShutdownHooks(client: Endable, logger: Logger): () => void {
  /** The last values are already collected: nothing but the process's end has happened since. */
  let collected = false;
  let drained = false;

  const onBeforeExit = (): void => {
    // Draining keeps the process alive and so makes it come here again.
    if (drained) return;
    drained = true;
    void client.drain(DEADLINE_MS).then(() => {
      collected = true;
      // Somebody else has found more to do: then the end is yet to come.
      setImmediate(() => {
        collected = false;
      }).unref();
    });
  };
  const onUncaught = (): void => {
    client.collectSync();
    client.saveSync();
    collected = true;
    // The application may have a handler and live on.
    setImmediate(() => {
      collected = false;
    }).unref();
  };
  const onExit = (): void => {
    if (!collected) client.collectSync();
    client.endSync();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // The application's own handler decides when the process ends; `exit` will tell.
    if (process.listenerCount(signal) > 1) return;
    logger.debug(`${signal}: sending what is left`);
    void client.close(DEADLINE_MS).then(() => {
      client.endSync();
      uninstall();
      process.kill(process.pid, signal);
    });
  };

  process.on("exit", onExit);
  if (isMainThread) {
    process.on("beforeExit", onBeforeExit);
    process.on("uncaughtExceptionMonitor", onUncaught);
    // First in line: a handler registered with `once` is gone from the count when those after it run.
    process.prependListener("SIGTERM", onSignal);
    process.prependListener("SIGINT", onSignal);
  }

  function uninstall(): void {
    process.off("exit", onExit);
    process.off("beforeExit", onBeforeExit);
    process.off("uncaughtExceptionMonitor", onUncaught);
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  }
  return uninstall;
}
