export { createNoStoreRoutes } from "./no-store.js";
export { createQueryRoutes } from "./routes.js";
