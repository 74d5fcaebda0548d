// Defines the inert client that stands in where none runs.
import "../client.js";

export { type AggregationChoice, TidegaugeMetricExporter, type TidegaugeOptions } from "./exporter.js";
export { type SdkSpanLike, TidegaugeSpanProcessor } from "./processor.js";
export { TidegaugeMetricReader } from "./reader.js";
export { BreakdownSampler, type SamplerLike } from "./sampler.js";
