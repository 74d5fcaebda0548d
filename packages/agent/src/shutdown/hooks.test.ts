import { describe, expect, it } from "vitest";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import type { Endable } from "./endable.js";
import { installShutdownHooks } from "./hooks.js";

const EVENTS = ["exit", "beforeExit", "uncaughtExceptionMonitor", "SIGTERM", "SIGINT"];

function nothing(calls: string[] = []): Endable {
  return {
    drain: async () => void calls.push("drain"),
    close: async () => void calls.push("close"),
    collectSync: () => void calls.push("collectSync"),
    saveSync: () => void calls.push("saveSync"),
    endSync: () => void calls.push("endSync"),
  };
}

describe("shutdown hooks", () => {
  it("W-92 leave nothing behind, a thousand times", () => {
    const count = (): number[] => EVENTS.map((event) => process.listenerCount(event));
    const before = count();
    for (let i = 0; i < 1000; i++) installShutdownHooks(nothing(), new RecordingLogger())();
    expect(count()).toEqual(before);
  });

  it("W-92 leave a signal to a handler of the application, even one that was registered with once", () => {
    const calls: string[] = [];
    const handled: string[] = [];
    process.once("SIGINT", () => handled.push("application"));
    const remove = installShutdownHooks(nothing(calls), new RecordingLogger());
    try {
      process.emit("SIGINT", "SIGINT");
      expect(handled).toEqual(["application"]);
      expect(calls).toEqual([]);
    } finally {
      remove();
    }
  });

  it("W-92 do only synchronous work on an uncaught exception", () => {
    const calls: string[] = [];
    const remove = installShutdownHooks(nothing(calls), new RecordingLogger());
    try {
      (process as NodeJS.EventEmitter).emit("uncaughtExceptionMonitor", new Error("x"));
      expect(calls).toEqual(["collectSync", "saveSync"]);
    } finally {
      remove();
    }
  });
});
