import { liveSpan } from "../tracing/context.js";
import { endingResult } from "./db-span.js";
import type { HookGuard } from "./hook-guard.js";
import type { LoadedPackage } from "./module-hooks.js";
import { type Method, patchMethod, type Unpatch } from "./patch.js";

/** MongoDB: a span per operation of the driver (a cursor's further batches are operations too), as `db`/`mongodb`. */
export function patchMongodb(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const operations = loaded.require("./lib/operations/execute_operation.js");
  const unpatch = patchMethod(operations, "executeOperation", (original) => wrapExecute(original, guard));
  if (unpatch === undefined) throw new Error("its operations are not built as expected");
  return [unpatch];
}

function wrapExecute(original: Method, guard: HookGuard): Method {
  return function executeOperation(this: unknown, ...args: unknown[]): unknown {
    const parent = guard.isOn ? liveSpan() : undefined;
    if (parent === undefined) return original.apply(this, args);
    const span = parent.startChild("operation", "db", "mongodb");
    try {
      return endingResult(span, original.apply(this, args));
    } catch (error) {
      span.end();
      throw error;
    }
  };
}
