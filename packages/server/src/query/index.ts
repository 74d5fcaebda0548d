export { createNoStoreRoutes } from "./no-store.js";
export { createQueryRoutes, type QueryRouteOptions } from "./routes.js";
export type { Sighting } from "./services.js";
