import { isMainThread, Worker, workerData } from "node:worker_threads";
import { report } from "./reports.mjs";

if (isMainThread) {
  const threads = [1, 2].map((id) => new Worker(new URL(import.meta.url), { workerData: id }));
  await report("main thread");
  await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once("exit", resolve))));
} else await report(`thread ${workerData}`);
