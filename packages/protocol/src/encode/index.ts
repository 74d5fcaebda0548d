export { LineBuffer } from "./line-buffer.js";
export { encodeMetricset, METRICSET_HEAD, metricsetTail, tagsText } from "./metricset.js";
export { quote, truncate } from "./text.js";
