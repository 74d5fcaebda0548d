import { liveSpan, runSuppressed } from "../tracing/context.js";
import { endingResult } from "./db-span.js";
import type { HookGuard } from "./hook-guard.js";
import type { LoadedPackage } from "./module-hooks.js";
import { type Method, patchMethod, type Unpatch } from "./patch.js";

/** Redis through redis 4 and later, whose client is the package `@redis/client`: a span per command, as `db`/`redis`. */
export function patchRedis(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const queue = loaded.require("./dist/lib/client/commands-queue.js") as { default: { prototype: object } };
  const client = loaded.require("./dist/lib/client/index.js") as { default: { prototype: object } };
  const add = patchMethod(queue.default.prototype, "addCommand", (original) => wrapAdd(original, guard));
  if (add === undefined) throw new Error("its queue of commands is not built as expected");
  return [add, patchMethod(client.default.prototype, "connect", wrapConnect)];
}

function wrapAdd(original: Method, guard: HookGuard): Method {
  return function addCommand(this: unknown, ...args: unknown[]): unknown {
    const parent = guard.isOn ? liveSpan() : undefined;
    if (parent === undefined) return original.apply(this, args);
    const span = parent.startChild("command", "db", "redis");
    try {
      return endingResult(span, original.apply(this, args));
    } catch (error) {
      span.end();
      throw error;
    }
  };
}

/** The commands of a new connection belong to no request, though a request may be the first to need it. */
function wrapConnect(original: Method): Method {
  return function connect(this: unknown, ...args: unknown[]): unknown {
    return runSuppressed(() => original.apply(this, args));
  };
}
