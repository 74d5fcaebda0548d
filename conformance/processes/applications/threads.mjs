import { once } from "node:events";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { report } from "./reports.mjs";

if (isMainThread) {
  // Listened for from the beginning: on a busy machine a thread may end before the main thread's own report is out.
  const exits = [1, 2].map((id) => once(new Worker(new URL(import.meta.url), { workerData: id }), "exit"));
  await report("main thread");
  await Promise.all(exits);
} else await report(`thread ${workerData}`);
