export { LineBuffer } from "./line-buffer.js";
export { encodeMetricset, METRICSET_END, METRICSET_HEAD, metricsetStamp, tagsText } from "./metricset.js";
export { quote, truncate } from "./text.js";
