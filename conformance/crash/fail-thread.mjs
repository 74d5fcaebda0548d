// Loaded into the server before anything else: SIGUSR2 makes the store's thread fail, by a message it cannot read.
let thread;
process.on("worker", (worker) => {
  thread = worker;
});
process.on("SIGUSR2", () => thread?.postMessage(null));
