export { createEphemeralId, gatherMetadata } from "./build.js";
