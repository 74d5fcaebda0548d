export { MAX_EVENT_SIZE_BYTES, MAX_KEYWORD_LENGTH, MAX_LISTED_ERRORS } from "./limits.js";
export type { Metadata, NameVersion, ServiceMetadata } from "./metadata.js";
export { DOCTOR_SERVICE } from "./metadata.js";
export type { Metricset, Sample, WireLabelValue } from "./metricset.js";
