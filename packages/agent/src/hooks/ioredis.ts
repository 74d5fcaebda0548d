import { liveSpan, runSuppressed } from "../tracing/context.js";
import type { HookGuard } from "./hook-guard.js";
import type { LoadedPackage, ModuleHook } from "./module-hooks.js";
import { type Method, ownerOf, patchMethod, type Unpatch } from "./patch.js";

/** A command that has its span: it comes by again after waiting for a connection, or for another node of a cluster. */
const MEASURED: unique symbol = Symbol("tidegauge.measured");

interface Command {
  resolve?: Method;
  reject?: Method;
  [MEASURED]?: true;
}

/** Redis through ioredis, single or cluster: a span per command, pipelined ones too, as `db`/`redis`. */
export const ioredisHook: ModuleHook = {
  packageName: "ioredis",
  majors: [4, 5, 6],
  patch(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
    const redis = (
      loaded.require("./built/index.js") as { default: { prototype: object; Cluster?: { prototype: object } } }
    ).default;
    const send = patchMethod(ownerOf(redis.prototype, "sendCommand"), "sendCommand", (original) =>
      wrapSend(original, guard),
    );
    if (send === undefined) throw new Error("its client is not built as expected");
    const cluster = redis.Cluster?.prototype;
    return [
      send,
      patchMethod(cluster, "sendCommand", (original) => wrapSend(original, guard)),
      patchMethod(redis.prototype, "connect", wrapConnect),
      patchMethod(cluster, "connect", wrapConnect),
    ];
  },
};

function wrapSend(original: Method, guard: HookGuard): Method {
  return function sendCommand(this: unknown, ...args: unknown[]): unknown {
    const parent = guard.isOn ? liveSpan() : undefined;
    if (parent !== undefined) {
      try {
        const command = args[0] as Command;
        if (command[MEASURED] === undefined) {
          command[MEASURED] = true;
          const span = parent.startChild("command", "db", "redis");
          // The promise is left as it is: it has its own handlers, or none on purpose.
          command.resolve = ending(command.resolve, () => span.end());
          command.reject = ending(command.reject, () => span.end());
        }
      } catch (error) {
        guard.failed(error);
      }
    }
    return original.apply(this, args);
  };
}

function ending(settle: Method | undefined, end: () => void): Method {
  if (settle === undefined) throw new Error("its commands are not built as expected");
  return function settled(this: unknown, ...args: unknown[]): unknown {
    end();
    return settle.apply(this, args);
  };
}

/** The commands of a new connection (handshake, readiness) belong to no request, though a request may be the first to need it. */
function wrapConnect(original: Method): Method {
  return function connect(this: unknown, ...args: unknown[]): unknown {
    return runSuppressed(() => original.apply(this, args));
  };
}
