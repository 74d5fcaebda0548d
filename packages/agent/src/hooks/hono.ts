import { currentSpan } from "../tracing/context.js";
import { httpTransactionName } from "./http-exchange.js";

interface HonoRoute {
  path: string;
  method: string;
}

/** The part of hono's context that is read. */
export interface HonoContextLike {
  req: { method: string; readonly matchedRoutes?: readonly HonoRoute[]; routeIndex?: number };
}

/**
 * A middleware that names the transaction of each request by hono's route: `app.use(honoRoute())`, before the routes. Hono is an ES module without a
 * place for a hook (TR-13).
 */
export function honoRoute(): (context: HonoContextLike, next: () => Promise<void>) => Promise<void> {
  return async (context, next) => {
    try {
      await next();
    } finally {
      nameTransaction(context);
    }
  };
}

function nameTransaction({ req }: HonoContextLike): void {
  const transaction = currentSpan()?.root;
  if (transaction === null || transaction === undefined || transaction.name !== "") return;
  const route = req.matchedRoutes?.[req.routeIndex ?? 0];
  // What answered is a middleware for everything below a path, not a route: usually nothing was found.
  const isMiddleware = route === undefined || (route.method === "ALL" && route.path.endsWith("*"));
  transaction.name = httpTransactionName(req.method, isMiddleware ? undefined : route.path);
}
