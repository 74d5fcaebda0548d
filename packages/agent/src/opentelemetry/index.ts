export { type AggregationChoice, TidegaugeMetricExporter, type TidegaugeOptions } from "./exporter.js";
export { type SdkSpanLike, TidegaugeSpanProcessor } from "./processor.js";
export { TidegaugeMetricReader } from "./reader.js";
export { BreakdownSampler, type SamplerLike } from "./sampler.js";
