import { parentPort, workerData } from "node:worker_threads";
import { StoreError } from "./error.js";
import type { FromWorker, ToWorker, WorkerOptions } from "./messages.js";
import { Room } from "./room.js";
import { FileClosedError } from "./writer.js";

// The one thread that owns the files. Two owners would both commit, and one would lose everything.
if (parentPort === null) throw new Error("store/worker.js is the store's worker thread: use openStore");
const port = parentPort;

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

const room = new Room(workerData as WorkerOptions, {
  log: (level, message) => post({ log: level, message }),
  writable: (writable, reason) => post({ writable, reason }),
});

port.on("message", (message: ToWorker) => {
  if ("cancel" in message) room.cancel(message.cancel);
  else void answer(message);
});

async function answer({ id, call, argument }: Exclude<ToWorker, { cancel: number }>): Promise<void> {
  try {
    const value = await room.answer(id, call as "open", argument as null);
    post({ id, ok: true, value });
  } catch (error) {
    if (error instanceof StoreError) {
      post({ id, ok: false, code: error.code, message: error.message, reset: error instanceof FileClosedError });
    } else {
      // The engine's words are for the log, not for clients.
      post({ log: "error", message: `${call} failed: ${error instanceof Error ? error.stack : String(error)}` });
      post({ id, ok: false, code: "STORE_FAILED", message: "the store could not answer", reset: false });
    }
  }
}
