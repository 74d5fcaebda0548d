import { parentPort, workerData } from "node:worker_threads";
import { openingError, StoreError } from "../error.js";
import type { FromWorker, ToWorker, WorkerOptions } from "../messages.js";
import { FileClosedError } from "../write/writer.js";
import { Room } from "./room.js";

// The one thread that owns the files. Two owners would both commit, and one would lose everything.
if (parentPort === null) throw new Error("store/worker.js is the store's worker thread: use openStore");
const port = parentPort;

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

const options = workerData as WorkerOptions;
const room = new Room(options, {
  log: (level, message) => post({ log: level, message }),
  writable: (writable, reason) => post({ writable, reason }),
  durable: (durable) => post({ durable }),
});

/** Time an orderly end may take; what hangs longer would keep the store from being started again. */
const END_MS = 10_000;
let failed = false;

port.on("message", (message: ToWorker) => {
  if (failed) return;
  if ("cancel" in message) room.cancel(message.cancel);
  else void answer(message);
});

// An error nobody expected: this thread's state cannot be trusted any more, and the main thread starts another. Ending it while the engine works would abort the
// process, so what runs is interrupted and waited for; a commit under way ends, and is answered.
process.on("uncaughtException", (error) => {
  post({ log: "error", message: `the store's thread failed: ${error instanceof Error ? error.stack : String(error)}` });
  if (failed) return;
  failed = true;
  post({ writable: false, reason: "the store is being restarted: try again" });
  setTimeout(() => process.exit(1), END_MS);
  void room
    .answer(0, "close", null)
    .catch((reason) => post({ log: "error", message: `the store could not be closed: ${String(reason)}` }))
    .finally(() => process.exit(1));
});

async function answer({ id, call, argument }: Exclude<ToWorker, { cancel: number }>): Promise<void> {
  try {
    const value = await room.answer(id, call as "open", argument as null);
    post({ id, ok: true, value });
  } catch (reason) {
    // The main thread rejects what is unanswered when this thread has ended.
    if (failed) return;
    const error = call === "open" ? openingError(options.dataDir, reason) : reason;
    if (error instanceof StoreError) {
      post({ id, ok: false, code: error.code, message: error.message, reset: error instanceof FileClosedError });
    } else {
      // The engine's words are for the log, not for clients.
      post({ log: "error", message: `${call} failed: ${error instanceof Error ? error.stack : String(error)}` });
      post({ id, ok: false, code: "STORE_FAILED", message: "the store could not answer", reset: false });
    }
  }
}
