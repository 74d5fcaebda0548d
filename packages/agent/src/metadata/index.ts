export { AGENT_VERSION } from "./agent-version.js";
export { createEphemeralId, gatherMetadata, type MetadataSource, type Surroundings } from "./build.js";
export { metadataFor, parseServerVersion, type ServerVersion } from "./server-version.js";
