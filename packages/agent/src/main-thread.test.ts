import { once } from "node:events";
import { resolve } from "node:path";
import { isMainThread as isMain, Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { isMainThread } from "./main-thread.js";

describe("isMainThread", () => {
  it("is what Node says", () => {
    expect(isMainThread).toBe(isMain);
  });

  it.each([false, true])("REG-93 W-92 is false in a worker thread, with an environment of its own: %s", async (own) => {
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
      parentPort.postMessage(require(workerData).isMainThread);`,
      { eval: true, workerData: resolve("packages/agent/dist/main-thread.js"), ...(own ? { env: {} } : {}) },
    );
    const [answer] = await once(worker, "message");
    await worker.terminate();
    expect(answer).toBe(false);
  });
});
