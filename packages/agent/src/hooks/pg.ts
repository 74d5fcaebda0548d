import { errorMonitor } from "node:events";
import { bindToCurrent, liveSpan } from "../tracing/context.js";
import { endingCallback, endingResult } from "./db-span.js";
import type { HookGuard } from "./hook-guard.js";
import type { LoadedPackage } from "./module-hooks.js";
import { type Method, ownerOf, patchMethod, type Unpatch } from "./patch.js";

interface Submittable {
  submit?: unknown;
  callback?: (...args: unknown[]) => unknown;
  once?: (event: string | symbol, listener: () => void) => unknown;
}

/** PostgreSQL: a span per query, as `db`/`postgresql`. */
export function patchPg(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const pg = loaded.require("./lib/index.js") as { Client: { prototype: object }; Pool: { prototype: object } };
  const query = patchMethod(pg.Client.prototype, "query", (original) => wrapQuery(original, guard));
  if (query === undefined) throw new Error("its client is not built as expected");
  return [query, patchMethod(ownerOf(pg.Pool.prototype, "connect"), "connect", wrapConnect)];
}

function wrapQuery(original: Method, guard: HookGuard): Method {
  return function query(this: unknown, ...args: unknown[]): unknown {
    const parent = guard.isOn ? liveSpan() : undefined;
    if (parent === undefined) return original.apply(this, args);
    const span = parent.startChild("query", "db", "postgresql");
    let isWatched = false;
    try {
      isWatched = watchCallback(args, (callback) => endingCallback(span, callback));
      if (!isWatched) isWatched = watchEvents(args[0], () => span.end());
    } catch (error) {
      guard.failed(error);
    }
    try {
      const result = original.apply(this, args);
      return isWatched ? result : endingResult(span, result);
    } catch (error) {
      span.end();
      throw error;
    }
  };
}

/** The callback may be the last argument, or a property of a query object. */
function watchCallback(args: unknown[], wrap: (callback: (...args: unknown[]) => unknown) => unknown): boolean {
  for (let i = args.length - 1; i > 0; i--) {
    const argument = args[i];
    if (typeof argument === "function") {
      args[i] = wrap(argument as Method);
      return true;
    }
  }
  const config = args[0] as Submittable | null | undefined;
  if (typeof config?.callback !== "function") return false;
  if (typeof config.submit === "function") config.callback = wrap(config.callback) as Method;
  // A plain object is the caller's and may be used again.
  else args[0] = { ...config, callback: wrap(config.callback) };
  return true;
}

/** Query objects of the application (cursors, streams) say when they are done. */
function watchEvents(config: unknown, end: () => void): boolean {
  const query = config as Submittable | null | undefined;
  if (typeof query?.submit !== "function" || typeof query.once !== "function") return false;
  query.once("end", end);
  query.once("close", end);
  query.once(errorMonitor, end);
  return true;
}

/** A full pool runs the callback from whoever gave a client back. */
function wrapConnect(original: Method): Method {
  return function connect(this: unknown, ...args: unknown[]): unknown {
    const callback = args[0];
    if (typeof callback === "function") args[0] = bindToCurrent(callback as Method);
    return original.apply(this, args);
  };
}
