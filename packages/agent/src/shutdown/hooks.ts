import { setImmediate } from "node:timers";
import type { Logger } from "../logging/logger.js";
import { isMainThread } from "../main-thread.js";
import type { Endable } from "./endable.js";

/** Rounds of sending before the process may end, each caused by an application that went on working after the one before. */
const MAX_DRAINS = 10;

/** How long the end of the process may be delayed to send what is left, by all rounds together (W-92). */
const DEADLINE_MS = 1000;

/** Turns until a signal that was raised has reached all its listeners: one ends the present turn, and both versions of signal-exit raise it once more. */
const RAISED_TURNS = 4;

/** Where signal-exit 4 keeps its {@link Emitter}. */
const SIGNAL_EXIT_4 = Symbol.for("signal-exit emitter");

/**
 * Sees to it that what was recorded last survives the end of the process (W-92): its normal end, `process.exit`, SIGTERM and SIGINT where the
 * application has no handler of its own, and uncaught exceptions. In a worker thread its normal end and `exit`: signals and exceptions belong to the
 * main thread. Returns a function that takes all hooks away.
 */
export function installShutdownHooks(client: Endable, logger: Logger): () => void {
  /** The last values are collected, and nothing but the end of the process has happened since. */
  let collected = false;
  let draining = false;
  let drains = 0;
  let installed = true;
  /** Signals that are raised again when what is left is sent, for a process that outlives them. */
  const passing = new Set<NodeJS.Signals>();
  /** Milliseconds left of the deadline. */
  let restMs = DEADLINE_MS;

  /** Holds until somebody else keeps the event loop running: the first callback still belongs to its present turn, the second needs another one. */
  const markCollected = (): void => {
    collected = true;
    setImmediate(() => {
      setImmediate(() => {
        collected = false;
      }).unref();
    }).unref();
  };
  const onBeforeExit = (): void => {
    // Draining keeps the process alive and so makes it come here again.
    if (draining || collected || drains >= MAX_DRAINS || restMs <= 0) return;
    draining = true;
    drains++;
    const begunMs = performance.now();
    void client.drain(restMs).then((isDone) => {
      draining = false;
      // What was not done in time still goes on: that keeps the process alive, not the application.
      restMs = isDone ? restMs - (performance.now() - begunMs) : 0;
      markCollected();
    });
  };
  const onUncaught = (): void => {
    client.collectSync();
    client.saveSync();
    // Without a handler of the application `exit` follows at once; with one, it lives on and records more.
    collected = true;
    process.nextTick(() => {
      collected = false;
    });
  };
  const onExit = (): void => {
    if (!collected) client.collectSync();
    client.endSync();
  };
  /**
   * As the first process of a container: the kernel spares it every signal it has no handler for, so that it lives on without ours, until it is killed or for ever. The agent
   * does the same, and is there for the next signal.
   */
  const passOn = async (signal: NodeJS.Signals): Promise<void> => {
    passing.add(signal);
    await client.drain(DEADLINE_MS);
    client.saveSync();
    process.off(signal, onSignal);
    // For those of signal-exit, and for a handler that came meanwhile.
    process.kill(process.pid, signal);
    afterTurns(RAISED_TURNS, () => {
      passing.delete(signal);
      if (installed) process.prependListener(signal, onSignal);
    });
  };
  const endBy = async (signal: NodeJS.Signals): Promise<void> => {
    await client.close(DEADLINE_MS);
    client.endSync();
    uninstall();
    process.kill(process.pid, signal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // The application's own handler decides when the process ends; `exit` will tell. Those of signal-exit wait for ours to go.
    if (process.listenerCount(signal) - 1 > signalExitListeners()) return;
    if (passing.has(signal)) return;
    logger.debug(`${signal}: sending what is left`);
    void (process.pid === 1 ? passOn(signal) : endBy(signal));
  };

  process.on("exit", onExit);
  process.on("beforeExit", onBeforeExit);
  if (isMainThread) {
    process.on("uncaughtExceptionMonitor", onUncaught);
    // First in line: a handler registered with `once` is gone from the count when those after it run.
    process.prependListener("SIGTERM", onSignal);
    process.prependListener("SIGINT", onSignal);
  }

  function uninstall(): void {
    installed = false;
    process.off("exit", onExit);
    process.off("beforeExit", onBeforeExit);
    process.off("uncaughtExceptionMonitor", onUncaught);
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  }
  return uninstall;
}

/** Calls back when the event loop has gone round that often. */
function afterTurns(turns: number, callback: () => void): void {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, callback) : callback()));
}

/** What every copy of the package `signal-exit` keeps in one place per process: how many of them listen to each signal at present. */
interface Emitter {
  readonly count?: unknown;
}

/**
 * How many listeners of `signal-exit` (versions 3 and 4, part of many packages) each end signal has. They are not a decision of the application about
 * its end: like the agent, they clean up and raise the signal again, but only when nobody else listens. Whoever counts them as somebody waits for ever,
 * since they wait as well.
 */
function signalExitListeners(): number {
  const version3 = (process as { __signal_exit_emitter__?: Emitter }).__signal_exit_emitter__;
  const version4 = (globalThis as { [SIGNAL_EXIT_4]?: Emitter })[SIGNAL_EXIT_4];
  return countOf(version3) + countOf(version4);
}

function countOf(emitter: Emitter | undefined): number {
  return typeof emitter?.count === "number" ? emitter.count : 0;
}
