import { type EventEmitter, errorMonitor } from "node:events";
import { bindToCurrent, liveSpan } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";
import { endingCallback } from "./db-span.js";
import type { HookGuard } from "./hook-guard.js";
import type { LoadedPackage } from "./module-hooks.js";
import { type Method, ownerOf, patchMethod, type Unpatch } from "./patch.js";

interface Command extends EventEmitter {
  onResult?: Method;
}

/** MySQL and MariaDB through mysql2, with callbacks and promises: a span per query, as `db`/`mysql`. */
export function patchMysql2(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const mysql = loaded.require("./index.js") as { Connection: { prototype: object }; Pool: { prototype: object } };
  const queries = ["query", "execute"].map((name) =>
    patchMethod(ownerOf(mysql.Connection.prototype, name), name, (original) => wrapQuery(original, guard)),
  );
  if (queries.some((unpatch) => unpatch === undefined)) throw new Error("its connection is not built as expected");
  return [...queries, patchMethod(ownerOf(mysql.Pool.prototype, "getConnection"), "getConnection", wrapGetConnection)];
}

function wrapQuery(original: Method, guard: HookGuard): Method {
  return function query(this: unknown, ...args: unknown[]): unknown {
    const parent = guard.isOn ? liveSpan() : undefined;
    if (parent === undefined) return original.apply(this, args);
    const span = parent.startChild("query", "db", "mysql");
    let isWatched = false;
    try {
      isWatched = watchCallback(args, span);
    } catch (error) {
      guard.failed(error);
    }
    try {
      const command = original.apply(this, args);
      if (!isWatched) watchEvents(command, span);
      return command;
    } catch (error) {
      span.end();
      throw error;
    }
  };
}

/** A pool hands over commands it has made before, with their callback inside. */
function watchCallback(args: unknown[], span: Span): boolean {
  const command = args[0] as Command | null | undefined;
  if (typeof command?.onResult === "function") {
    command.onResult = endingCallback(span, command.onResult);
    return true;
  }
  const last = args.length - 1;
  if (typeof args[last] !== "function") return false;
  args[last] = endingCallback(span, args[last] as Method);
  return true;
}

function watchEvents(command: unknown, span: Span): void {
  const emitter = command as Command | null | undefined;
  if (typeof emitter?.once !== "function") {
    span.end();
    return;
  }
  const end = (): void => span.end();
  emitter.once("end", end);
  emitter.once(errorMonitor, end);
}

/** A full pool runs the callback from whoever gave a connection back. */
function wrapGetConnection(original: Method): Method {
  return function getConnection(this: unknown, ...args: unknown[]): unknown {
    const callback = args[0];
    if (typeof callback === "function") args[0] = bindToCurrent(callback as Method);
    return original.apply(this, args);
  };
}
