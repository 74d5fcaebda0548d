/** What every copy of the package `signal-exit` keeps in one place per process: how many of them listen to each signal at present. */
interface Emitter {
  readonly count?: unknown;
}

/** Where version 4 keeps it. */
const VERSION_4 = Symbol.for("signal-exit emitter");

/**
 * How many listeners of `signal-exit` (versions 3 and 4, part of many packages) each end signal has. They are not a decision of the application about
 * its end: like the agent, they clean up and raise the signal again, but only when nobody else listens. Whoever counts them as somebody waits for ever,
 * since they wait as well.
 */
export function signalExitListeners(): number {
  const version3 = (process as { __signal_exit_emitter__?: Emitter }).__signal_exit_emitter__;
  const version4 = (globalThis as { [VERSION_4]?: Emitter })[VERSION_4];
  return countOf(version3) + countOf(version4);
}

function countOf(emitter: Emitter | undefined): number {
  return typeof emitter?.count === "number" ? emitter.count : 0;
}
