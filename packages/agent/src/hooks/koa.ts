import type { HookGuard } from "./hook-guard.js";
import { exchangeOf, routeText } from "./http-exchange.js";
import type { LoadedPackage } from "./module-hooks.js";
import { patchMethod, type Unpatch } from "./patch.js";

interface KoaContext {
  method?: string;
  /** Set by @koa/router and koa-router once a route has taken the request. */
  _matchedRoute?: unknown;
  /** Every layer whose path matched, of all routers the request went through. */
  matched?: { path?: unknown; methods?: readonly string[] }[];
}

/** Koa with @koa/router or koa-router: the route is read from the context when the response is sent. */
export function patchKoa(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[] {
  const application = loaded.require("./lib/application.js") as { prototype: object };
  const unpatch = patchMethod(
    application.prototype,
    "createContext",
    (original) =>
      function createContext(this: unknown, ...args: unknown[]): unknown {
        const context = original.apply(this, args) as KoaContext;
        const exchange = guard.isOn ? exchangeOf(args[0]) : undefined;
        if (exchange !== undefined) exchange.readRoute = () => matchedRoute(context);
        return context;
      },
  );
  if (unpatch === undefined) throw new Error("its application is not built as expected");
  return [unpatch];
}

function matchedRoute(context: KoaContext): string | undefined {
  if (context._matchedRoute === undefined) return undefined;
  // A layer of router.use() in front of the route leaves its own path when it answers; the route the request was meant for says more.
  const layer = context.matched?.findLast(({ methods }) => methods?.includes(context.method ?? "") === true);
  return routeText(layer?.path ?? context._matchedRoute);
}
