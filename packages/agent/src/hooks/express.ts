import type { HookGuard } from "./hook-guard.js";
import { exchangeOf, joinRoute, routeText } from "./http-exchange.js";
import type { LoadedPackage } from "./module-hooks.js";
import { type Method, patchMethod, type Unpatch } from "./patch.js";

/** The pattern under which a layer is mounted; absent for `/`. */
const MOUNT: unique symbol = Symbol("tidegauge.mount");

interface Layer {
  route?: { path?: unknown } | undefined;
  [MOUNT]?: string;
}

/** Express 4, whose router is inside. */
export function patchExpress(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  // Express 5 uses the package `router`, which has a hook of its own.
  if (loaded.major >= 5) return [];
  const layer = loaded.require("./lib/router/layer.js") as { prototype: object };
  return patchRouter(loaded.require("./lib/router/index.js"), layer.prototype, "handle_request", guard);
}

/** The router of express 5, also used on its own. */
export function patchExpressRouter(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const layer = loaded.require("./lib/layer.js") as { prototype: object };
  const router = loaded.require("./index.js") as { prototype: object };
  return patchRouter(router.prototype, layer.prototype, "handleRequest", guard);
}

/**
 * Leaves the pattern of the route that takes a request on its exchange, the patterns of the routers above it joined before it. No layer becomes a span:
 * middleware is the application's own time (TR-15).
 */
function patchRouter(router: unknown, layer: object, handle: string, guard: HookGuard): (Unpatch | undefined)[] {
  const patched = [
    patchMethod(router, "use", (original) => wrapUse(original, guard)),
    patchMethod(layer, handle, (original) => wrapHandle(original, guard)),
  ];
  if (patched.some((unpatch) => unpatch === undefined)) throw new Error("its router is not built as expected");
  return patched;
}

function wrapUse(original: Method, guard: HookGuard): Method {
  return function use(this: unknown, ...args: unknown[]): unknown {
    const stack = (this as { stack?: Layer[] }).stack;
    const before = stack?.length ?? 0;
    const result = original.apply(this, args);
    if (guard.isOn) {
      try {
        const mount = routeText(mountPath(args[0]));
        if (mount !== "" && mount !== "/") for (const layer of stack?.slice(before) ?? []) layer[MOUNT] = mount;
      } catch (error) {
        guard.failed(error);
      }
    }
    return result;
  };
}

/** `use` takes a path first, or handlers only, which may stand in nested lists. */
function mountPath(first: unknown): unknown {
  let innermost = first;
  while (Array.isArray(innermost) && innermost.length > 0) innermost = innermost[0];
  return typeof innermost === "function" ? "/" : first;
}

function wrapHandle(original: Method, guard: HookGuard): Method {
  return function handle(this: unknown, request: unknown, response: unknown, next: unknown): unknown {
    const { route, [MOUNT]: mount } = this as Layer;
    const isRoute = route !== undefined && route !== null;
    // Most layers are middleware; the request, which takes longer to read (see `HttpServerHook`), is not asked for them.
    const exchange = guard.isOn && (isRoute || mount !== undefined) ? exchangeOf(request) : undefined;
    if (exchange === undefined) return original.call(this, request, response, next);
    if (isRoute) {
      exchange.route = joinRoute(exchange.mount, routeText(route.path));
      return original.call(this, request, response, next);
    }
    const outside = exchange.mount;
    exchange.mount = joinRoute(outside, mount as string);
    return original.call(this, request, response, (...args: unknown[]) => {
      // The router below did not answer: what comes next is mounted elsewhere.
      exchange.mount = outside;
      return (next as Method)(...args);
    });
  };
}
