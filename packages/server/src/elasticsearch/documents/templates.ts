/** Name of our component and index templates. */
export const TEMPLATE_NAME = "tidegauge-metrics-apm";

/** Raised when the templates change; those on a node with another version are replaced. */
export const TEMPLATE_VERSION = 1;

const keyword = { type: "keyword", ignore_above: 1024 };

/**
 * Mappings for nodes without Elastic's built-in ones. Every number of a sample is a double, so that a first `0` does not make its field a long; texts are
 * keywords. Only types that a bare node has.
 */
export const COMPONENT_TEMPLATE: object = {
  template: {
    settings: { "index.mapping.total_fields.limit": 10_000 },
    mappings: {
      date_detection: false,
      dynamic_templates: [
        { labels: { path_match: "labels.*", mapping: keyword } },
        { texts: { match_mapping_type: "string", mapping: keyword } },
        { whole_numbers: { match_mapping_type: "long", mapping: { type: "double" } } },
        { numbers: { match_mapping_type: "double", mapping: { type: "double" } } },
      ],
      properties: {
        "@timestamp": { type: "date" },
        data_stream: { properties: { type: keyword, dataset: keyword, namespace: keyword } },
        metricset: { properties: { name: keyword } },
        process: { properties: { pid: { type: "long" }, parent: { properties: { pid: { type: "long" } } } } },
        span: {
          properties: {
            type: keyword,
            subtype: keyword,
            self_time: { properties: { count: { type: "long" }, sum: { properties: { us: { type: "long" } } } } },
          },
        },
      },
    },
  },
  _meta: { description: "Mappings of metrics written by Tidegauge", managed_by: "tidegauge" },
};

/** The data streams of server-intake.md §8.7. Its priority is above that of a general `metrics-*-*` template. */
export const INDEX_TEMPLATE: object = {
  index_patterns: ["metrics-apm.internal-*", "metrics-apm.app.*-*"],
  data_stream: {},
  composed_of: [TEMPLATE_NAME],
  priority: 200,
  version: TEMPLATE_VERSION,
  _meta: { description: "Data streams of metrics written by Tidegauge", managed_by: "tidegauge" },
};
