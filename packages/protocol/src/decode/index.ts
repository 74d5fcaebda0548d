export { DecodeError, type DecodeErrorKind } from "./decode-error.js";
export { type DecodedMetricsets, IntakeDecoder, type ListedError, type PartSize } from "./intake-decoder.js";
export { LineReader, type LineSink } from "./line-reader.js";
export { decodeMetadata } from "./metadata.js";
export { decodeMetricset, type Refused } from "./metricset.js";
export { checkOtherEvent, type OtherEventType } from "./other-events.js";
