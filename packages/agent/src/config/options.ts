/** One row of the option table: everything that parsing, validation and the effective-configuration log need. */
export interface OptionDefinition {
  /** The name of the Python agent; environment `ELASTIC_APM_<NAME>`, in code also in camelCase. */
  readonly name: string;
  readonly type: OptionTypeName;
  /** As it would be written in the environment; `undefined`: not set. */
  readonly default: string | undefined;
  /** Can be changed by central configuration while running (CFG-6). */
  readonly dynamic: boolean;
  /** Other accepted names, in snake case. */
  readonly aliases?: readonly string[];
  /** Never shown (CFG-31). */
  readonly secret?: boolean;
  /** Smallest allowed number, in the unit of the value. */
  readonly min?: number;
  /** 0 is allowed although it is below `min`. */
  readonly zero?: boolean;
  /** The text must match this regular expression. */
  readonly pattern?: string;
  /** Allowed values of an enumeration. */
  readonly allowed?: readonly string[];
  /** Other spellings of enumeration values, in lower case. */
  readonly spellings?: Readonly<Record<string, string>>;
  /** Used, with the warning, in place of the next lower source when the value is invalid (W-28). */
  readonly otherwise?: string;
}

/** The value types of configuration.md §6.2. */
export type OptionTypeName =
  | "boolean"
  | "duration"
  | "size"
  | "integer"
  | "string"
  | "list"
  | "wildcards"
  | "numbers"
  | "mapping"
  | "enumeration"
  | "file"
  | "path"
  | "url";

/** Every option of the agent, in the order of the reference page (configuration.md §6.3). */
export const OPTIONS = [
  {
    name: "enabled",
    type: "boolean",
    default: "true",
    dynamic: false,
    aliases: ["active"],
  },
  {
    name: "recording",
    type: "boolean",
    default: "true",
    dynamic: true,
  },
  {
    name: "disable_send",
    type: "boolean",
    default: "false",
    dynamic: false,
  },
  {
    name: "service_name",
    type: "string",
    default: undefined,
    dynamic: false,
    pattern: "^(?=.*[^ ])[a-zA-Z0-9 _-]{1,1024}$",
  },
  {
    name: "service_version",
    type: "string",
    default: undefined,
    dynamic: false,
  },
  {
    name: "service_node_name",
    type: "string",
    default: undefined,
    dynamic: false,
  },
  {
    name: "environment",
    type: "string",
    default: undefined,
    dynamic: false,
  },
  {
    name: "framework_name",
    type: "string",
    default: undefined,
    dynamic: false,
  },
  {
    name: "framework_version",
    type: "string",
    default: undefined,
    dynamic: false,
  },
  {
    name: "hostname",
    type: "string",
    default: undefined,
    dynamic: false,
  },
  {
    name: "global_labels",
    type: "mapping",
    default: "",
    dynamic: false,
  },
  {
    name: "cloud_provider",
    type: "enumeration",
    default: "auto",
    dynamic: false,
    allowed: ["auto", "aws", "gcp", "azure", "none"],
    spellings: { true: "auto", false: "none", "": "none" },
    otherwise: "none",
  },
  {
    name: "include_process_args",
    type: "boolean",
    default: "false",
    dynamic: false,
  },
  {
    name: "metrics_interval",
    type: "duration",
    default: "30s",
    dynamic: true,
    min: 1000,
    zero: true,
  },
  {
    name: "metrics_sets",
    type: "list",
    default: "elasticapm.metrics.sets.cpu.CPUMetricSet,nodejs",
    dynamic: false,
  },
  {
    name: "disable_metrics",
    type: "wildcards",
    default: "",
    dynamic: true,
  },
  {
    name: "breakdown_metrics",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "prometheus_metrics",
    type: "boolean",
    default: "false",
    dynamic: false,
  },
  {
    name: "prometheus_metrics_prefix",
    type: "string",
    default: "prometheus.metrics.",
    dynamic: false,
  },
  {
    name: "custom_metrics_histogram_boundaries",
    type: "numbers",
    default:
      "0.00390625,0.00552427,0.0078125,0.0110485,0.015625,0.0220971,0.03125,0.0441942,0.0625,0.0883883,0.125,0.176777,0.25,0.353553,0.5,0.707107,1,1.41421,2,2.82843,4,5.65685,8,11.3137,16,22.6274,32,45.2548,64,90.5097,128,181.019,256,362.039,512,724.077,1024,1448.15,2048,2896.31,4096,5792.62,8192,11585.2,16384,23170.5,32768,46341.0,65536,92681.9,131072",
    dynamic: false,
  },
  {
    name: "opentelemetry_bridge_enabled",
    type: "boolean",
    default: "false",
    dynamic: false,
  },
  {
    name: "metrics_limit",
    type: "integer",
    default: "1000",
    dynamic: false,
    min: 1,
  },
  {
    name: "agent_health_metrics",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "agent_background_overhead_metrics",
    type: "boolean",
    default: "false",
    dynamic: false,
  },
  {
    name: "central_config",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "server_url",
    type: "url",
    default: "http://127.0.0.1:8200",
    dynamic: false,
  },
  {
    name: "secret_token",
    type: "string",
    default: undefined,
    dynamic: false,
    secret: true,
  },
  {
    name: "api_key",
    type: "string",
    default: undefined,
    dynamic: false,
    secret: true,
  },
  {
    name: "verify_server_cert",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "server_cert",
    type: "file",
    default: undefined,
    dynamic: false,
  },
  {
    name: "server_ca_cert_file",
    type: "file",
    default: undefined,
    dynamic: false,
  },
  {
    name: "use_certifi",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "server_timeout",
    type: "duration",
    default: "5s",
    dynamic: false,
    min: 1,
  },
  {
    name: "api_request_size",
    type: "size",
    default: "768kb",
    dynamic: true,
  },
  {
    name: "api_request_time",
    type: "duration",
    default: "10s",
    dynamic: true,
    min: 1,
  },
  {
    name: "max_queue_size",
    type: "size",
    default: "16mb",
    dynamic: false,
  },
  {
    name: "spool_dir",
    type: "path",
    default: undefined,
    dynamic: false,
  },
  {
    name: "spool_size",
    type: "size",
    default: "64mb",
    dynamic: false,
  },
  {
    name: "series_expiry",
    type: "integer",
    default: "10",
    dynamic: false,
    min: 0,
  },
  {
    name: "transaction_metrics",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "otel_exponential_histograms",
    type: "boolean",
    default: "true",
    dynamic: false,
  },
  {
    name: "agent_name",
    type: "string",
    default: "nodejs",
    dynamic: false,
    pattern: "^.{1,1024}$",
  },
  {
    name: "skip_server_info",
    type: "boolean",
    default: "false",
    dynamic: false,
  },
  {
    name: "transaction_ignore_urls",
    type: "wildcards",
    default: "",
    dynamic: true,
  },
  {
    name: "log_level",
    type: "enumeration",
    default: "info",
    dynamic: true,
    allowed: ["trace", "debug", "info", "warning", "error", "critical", "off"],
    spellings: { warn: "warning", fatal: "critical" },
  },
  {
    name: "log_file",
    type: "path",
    default: "",
    dynamic: false,
  },
  {
    name: "log_file_size",
    type: "size",
    default: "50mb",
    dynamic: false,
  },
  {
    name: "context_propagation_only",
    type: "boolean",
    default: "false",
    dynamic: true,
  },
  {
    name: "long_field_max_length",
    type: "integer",
    default: "10000",
    dynamic: false,
    min: 1,
  },
] as const;
