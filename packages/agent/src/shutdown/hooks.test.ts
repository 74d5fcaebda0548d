import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import type { Endable } from "./endable.js";
import { installShutdownHooks } from "./hooks.js";

const EVENTS = ["exit", "beforeExit", "uncaughtExceptionMonitor", "SIGTERM", "SIGINT"];

function nothing(calls: string[] = []): Endable {
  return {
    drain: async () => calls.push("drain") > 0,
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

  it.each([
    ["3", process, "__signal_exit_emitter__"],
    ["4", globalThis, Symbol.for("signal-exit emitter")],
  ] as const)("W-92 do not leave a signal to signal-exit %s, which leaves it to them", async (_major, holder, key) => {
    const calls: string[] = [];
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const waits = (): void => {};
    process.on("SIGINT", waits);
    const had = Object.getOwnPropertyDescriptor(holder, key);
    Object.defineProperty(holder, key, { value: { count: 1 }, configurable: true });
    const remove = installShutdownHooks(nothing(calls), new RecordingLogger());
    try {
      process.emit("SIGINT", "SIGINT");
      await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, "SIGINT"));
      expect(calls).toEqual(["close", "endSync"]);
      expect(process.listeners("SIGINT")).toEqual([waits]);
    } finally {
      remove();
      kill.mockRestore();
      process.off("SIGINT", waits);
      Reflect.deleteProperty(holder, key);
      if (had !== undefined) Object.defineProperty(holder, key, had);
    }
  });

  describe("as PID 1, which the kernel spares a signal that nobody handles", () => {
    const pid = Object.getOwnPropertyDescriptor(process, "pid") as PropertyDescriptor;
    const calls: string[] = [];
    let drained: () => void;
    let remove: () => void;
    beforeEach(() => {
      Object.defineProperty(process, "pid", { ...pid, value: 1 });
      calls.length = 0;
      vi.spyOn(process, "kill").mockImplementation((_pid, signal) => {
        calls.push(`${signal} to ${process.listenerCount("SIGINT")}`);
        return true;
      });
      const drain = (): Promise<boolean> =>
        new Promise((resolve) => {
          calls.push("drain");
          drained = () => resolve(true);
        });
      remove = installShutdownHooks({ ...nothing(calls), drain }, new RecordingLogger());
    });
    afterEach(() => {
      remove();
      vi.mocked(process.kill).mockRestore();
      Object.defineProperty(process, "pid", pid);
    });
    const turns = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    };

    it("W-92 send, step aside while the signal is raised, and are back for the next one", async () => {
      for (let times = 1; times <= 2; times++) {
        process.emit("SIGINT", "SIGINT");
        // Ctrl-C twice.
        process.emit("SIGINT", "SIGINT");
        drained();
        await turns();
        expect(calls.splice(0)).toEqual(["drain", "saveSync", "SIGINT to 0"]);
        expect(process.listenerCount("SIGINT")).toBe(1);
      }
    });

    it("W-92 are first in line again, so that they see a handler that was registered with once", async () => {
      process.emit("SIGINT", "SIGINT");
      const handled = vi.fn();
      process.once("SIGINT", handled);
      drained();
      await turns();
      // It came after the signal, which is raised for it too.
      expect(calls.splice(0)).toEqual(["drain", "saveSync", "SIGINT to 1"]);
      process.emit("SIGINT", "SIGINT");
      expect(handled).toHaveBeenCalledOnce();
      expect(calls).toEqual([]);
    });

    it("W-92 do not come back when the client was closed meanwhile", async () => {
      process.emit("SIGINT", "SIGINT");
      remove();
      drained();
      await turns();
      expect(process.listenerCount("SIGINT")).toBe(0);
    });
  });

  it("W-92 begin no further round of sending when one was not done in time, and have one deadline for all", async () => {
    const limits: number[] = [];
    let isDone = true;
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const client: Endable = {
      ...nothing(),
      drain: async (limitMs) => {
        limits.push(limitMs);
        await turn();
        return isDone;
      },
    };
    const remove = installShutdownHooks(client, new RecordingLogger());
    /** The loop is empty, and then the application works on for some turns. */
    const again = async (): Promise<void> => {
      process.emit("beforeExit", 0);
      for (let i = 0; i < 8; i++) await turn();
    };
    try {
      await again();
      isDone = false;
      await again();
      await again();
      expect(limits).toHaveLength(2);
      expect(limits[0]).toBe(1000);
      expect(limits[1]).toBeLessThan(1000);
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
