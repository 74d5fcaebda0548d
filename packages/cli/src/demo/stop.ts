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
