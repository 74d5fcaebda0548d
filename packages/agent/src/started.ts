// What only a client needs that sends or is started. It is loaded then, all together: a program that only imports the package, or collects for itself, does without.
export { CentralConfigPoller } from "./config/central.js";
export { installHooks } from "./hooks/install.js";
export { gatherMetadata } from "./metadata/build.js";
export { endable, within } from "./shutdown/endable.js";
export { installShutdownHooks } from "./shutdown/hooks.js";
export { systemClock } from "./transport/clock.js";
export { HttpTransport } from "./transport/http/http-transport.js";
