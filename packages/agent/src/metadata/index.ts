export { gatherMetadata } from "./build.js";
export { createEphemeralId } from "./ephemeral-id.js";
