/**
 * What the last report may take, below what a supervisor waits for an end. The demo's `api_request_time`, which would be
 * the limit, is too short for a server on a busy machine.
 */
export const LAST_REPORT_MS = 2_000;

/** Runs `stop` once when the process is asked to end, by Ctrl-C or by who started it. */
export function onStop(stop: () => void | Promise<void>): void {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    void Promise.resolve(stop()).finally(() => process.exit(0));
  };
  process.on("SIGINT", once).on("SIGTERM", once);
}
