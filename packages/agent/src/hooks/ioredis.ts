import { liveSpan, runSuppressed } from "../tracing/context.js";
import type { Span } from "../tracing/span.js";
import type { HookGuard } from "./hook-guard.js";
import type { LoadedPackage } from "./module-hooks.js";
import { type Method, ownerOf, patchMethod, type Unpatch } from "./patch.js";

/** A command that has its span: it comes by again after waiting for a connection, or for another node of a cluster. */
const MEASURED: unique symbol = Symbol("tidegauge.measured");

interface Command {
  resolve?: Method;
  reject?: Method;
  [MEASURED]?: true;
}

/** Redis through ioredis, single or cluster: a span per command, pipelined ones too, as `db`/`redis`. */
export function patchIoredis(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const redis = (
    loaded.require("./built/index.js") as { default: { prototype: object; Cluster?: { prototype: object } } }
  ).default;
  const send = patchMethod(ownerOf(redis.prototype, "sendCommand"), "sendCommand", (original) =>
    wrapSend(original, guard),
  );
  if (send === undefined) throw new Error("its client is not built as expected");
  const cluster = redis.Cluster?.prototype;
  const { kExec } = loaded.require("./built/autoPipelining.js") as { kExec?: symbol };
  const pipeline = loaded.require("./built/Pipeline.js") as { default: { prototype: object } };
  return [
    send,
    patchMethod(cluster, "sendCommand", (original) => wrapSend(original, guard)),
    patchMethod(pipeline.default.prototype, "sendCommand", (original) => wrapQueue(original, guard, kExec)),
    patchMethod(redis.prototype, "connect", wrapConnect),
    patchMethod(cluster, "connect", wrapConnect),
  ];
}

function wrapSend(original: Method, guard: HookGuard): Method {
  return function sendCommand(this: unknown, ...args: unknown[]): unknown {
    const parent = guard.isOn ? liveSpan() : undefined;
    if (parent !== undefined) measure(args[0] as Command, parent, guard);
    return original.apply(this, args);
  };
}

/** Automatic pipelining sends the commands of many requests together, from the context of the first: theirs is that of now. */
function wrapQueue(original: Method, guard: HookGuard, automatic: symbol | undefined): Method {
  return function sendCommand(this: unknown, ...args: unknown[]): unknown {
    const isAutomatic = automatic !== undefined && (this as Record<symbol, unknown>)[automatic] !== undefined;
    if (isAutomatic && guard.isOn) measure(args[0] as Command, liveSpan(), guard);
    return original.apply(this, args);
  };
}

/** Gives a command its span, or marks it as nobody's. */
function measure(command: Command, parent: Span | undefined, guard: HookGuard): void {
  try {
    if (command[MEASURED] !== undefined) return;
    command[MEASURED] = true;
    if (parent === undefined) return;
    const span = parent.startChild("command", "db", "redis");
    // The promise is left as it is: it has its own handlers, or none on purpose.
    command.resolve = ending(command.resolve, span);
    command.reject = ending(command.reject, span);
  } catch (error) {
    guard.failed(error);
  }
}

function ending(settle: Method | undefined, span: Span): Method {
  if (settle === undefined) throw new Error("its commands are not built as expected");
  return function settled(this: unknown, ...args: unknown[]): unknown {
    span.end();
    return settle.apply(this, args);
  };
}

/** The commands of a new connection (handshake, readiness) belong to no request, though a request may be the first to need it. */
function wrapConnect(original: Method): Method {
  return function connect(this: unknown, ...args: unknown[]): unknown {
    return runSuppressed(() => original.apply(this, args));
  };
}
