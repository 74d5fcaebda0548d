/**
 * False in a worker thread, where Node marks the functions of `process` that only the main thread has. `node:worker_threads` says the same, but takes
 * milliseconds to load in a program that has no threads.
 */
export const isMainThread: boolean = (process.abort as { disabled?: boolean }).disabled !== true;
