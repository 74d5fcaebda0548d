export { type Endable, installShutdownHooks } from "./hooks.js";
