export { type AggregationChoice, TidegaugeMetricExporter, type TidegaugeOptions } from "./exporter.js";
export { TidegaugeMetricReader } from "./reader.js";
