interface HonoRoute {
  path: string;
  method: string;
}

/** The part of hono's context that is read. */
export interface HonoContextLike {
  req: { method: string; readonly matchedRoutes?: readonly HonoRoute[]; routeIndex?: number };
}

/** What naming needs; loaded with the first middleware, since the package's entry point offers this file to everybody. */
const parts = (): Pick<typeof import("../tracing/context.js"), "currentSpan"> &
  Pick<typeof import("./http-exchange.js"), "httpTransactionName"> => ({
  currentSpan: (require("../tracing/context.js") as typeof import("../tracing/context.js")).currentSpan,
  httpTransactionName: (require("./http-exchange.js") as typeof import("./http-exchange.js")).httpTransactionName,
});

/**
 * A middleware that names the transaction of each request by hono's route: `app.use(honoRoute())`, before the routes. Hono is an ES module without a
 * place for a hook (TR-13).
 */
export function honoRoute(): (context: HonoContextLike, next: () => Promise<void>) => Promise<void> {
  const { currentSpan, httpTransactionName } = parts();
  return async (context, next) => {
    try {
      await next();
    } finally {
      const transaction = currentSpan()?.root;
      if (transaction?.name === "") transaction.name = httpTransactionName(context.req.method, routeOf(context));
    }
  };
}

function routeOf({ req }: HonoContextLike): string | undefined {
  const route = req.matchedRoutes?.[req.routeIndex ?? 0];
  // What answered is a middleware for everything below a path, not a route: usually nothing was found.
  const isMiddleware = route === undefined || (route.method === "ALL" && route.path.endsWith("*"));
  return isMiddleware ? undefined : route.path;
}
