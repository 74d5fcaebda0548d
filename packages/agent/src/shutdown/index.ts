export { endable } from "./endable.js";
export { installShutdownHooks } from "./hooks.js";
