/** One Ctrl-C can arrive twice, from the terminal and passed on by npm; a person's second one comes later. */
const SAME_SIGNAL_MS = 500;

/** Resolves at Ctrl-C or a request to terminate. A later one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let askedMs: number | undefined;
    const stop = (): void => {
      const nowMs = performance.now();
      if (askedMs !== undefined && nowMs - askedMs > SAME_SIGNAL_MS) process.exit(130);
      askedMs ??= nowMs;
      resolve();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  });
}
