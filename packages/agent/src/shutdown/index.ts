export { type Endable, type EndableParts, endable } from "./endable.js";
export { installShutdownHooks } from "./hooks.js";
