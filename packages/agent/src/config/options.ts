/** One row of the option table: everything that parsing, validation, documentation and the effective-configuration log need. */
export interface OptionDefinition {
  /** The name of the Python agent; environment `ELASTIC_APM_<NAME>`, in code also in camelCase. */
  readonly name: string;
  readonly type: OptionTypeName;
  /** As it would be written in the environment; `undefined`: not set. */
  readonly default: string | undefined;
  /** Can be changed by central configuration while running (CFG-6). */
  readonly dynamic: boolean;
  readonly description: string;
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
    description: "With `false` the agent does nothing: no timers, no connections, and its API calls have no effect.",
  },
  {
    name: "recording",
    type: "boolean",
    default: "true",
    dynamic: true,
    description:
      "With `false` nothing is collected, queued or sent, while central configuration is still polled, so that it can be switched on again.",
  },
  {
    name: "disable_send",
    type: "boolean",
    default: "false",
    dynamic: false,
    description: "With `true` the agent works but never communicates with the server.",
  },
  {
    name: "service_name",
    type: "string",
    default: undefined,
    dynamic: false,
    pattern: "^(?=.*[^ ])[a-zA-Z0-9 _-]{1,1024}$",
    description:
      "Name of the service: letters, digits, space, `_` and `-`. Not set: the function's name in AWS Lambda and Azure Functions, else the name in the nearest `package.json`, else `unknown-nodejs-service`.",
  },
  {
    name: "service_version",
    type: "string",
    default: undefined,
    dynamic: false,
    description: "Version of the service. Not set: the version in the same `package.json`.",
  },
  {
    name: "service_node_name",
    type: "string",
    default: undefined,
    dynamic: false,
    description:
      "Name of this instance; must be unique among the instances of the service. Not set: the server uses the container id or the host name.",
  },
  {
    name: "environment",
    type: "string",
    default: undefined,
    dynamic: false,
    description: "Name of the environment, such as `production`.",
  },
  {
    name: "framework_name",
    type: "string",
    default: undefined,
    dynamic: false,
    description: "Name of the web framework.",
  },
  {
    name: "framework_version",
    type: "string",
    default: undefined,
    dynamic: false,
    description: "Version of the web framework.",
  },
  {
    name: "hostname",
    type: "string",
    default: undefined,
    dynamic: false,
    description: "Host name to report in place of the detected one.",
  },
  {
    name: "global_labels",
    type: "mapping",
    default: "",
    dynamic: false,
    description: "Labels added to everything this process reports. Labels of a series win over them.",
  },
  {
    name: "cloud_provider",
    type: "enumeration",
    default: "auto",
    dynamic: false,
    allowed: ["auto", "aws", "gcp", "azure", "none"],
    spellings: { true: "auto", false: "none", "": "none" },
    otherwise: "none",
    description:
      "Which cloud's metadata service is asked at start: `auto` tries AWS, GCP and Azure in this order, `none` asks nobody.",
  },
  {
    name: "include_process_args",
    type: "boolean",
    default: "false",
    dynamic: false,
    description: "Reports the command line of the process.",
  },
  {
    name: "metrics_interval",
    type: "duration",
    default: "30s",
    dynamic: true,
    min: 1000,
    zero: true,
    description:
      "How often metrics are collected, at least `1s`; `0s` switches metrics off, and the span breakdown with them.",
  },
  {
    name: "metrics_sets",
    type: "list",
    default: "elasticapm.metrics.sets.cpu.CPUMetricSet,nodejs",
    dynamic: false,
    description:
      "Metric sets registered at start, as `module#Export`; the Python agent's class paths of the built-in sets are understood. Replaces the default list.",
  },
  {
    name: "disable_metrics",
    type: "wildcards",
    default: "",
    dynamic: true,
    description: "Metrics that are not reported, as names with wildcards: `nodejs.*,*.cpu.*`.",
  },
  {
    name: "breakdown_metrics",
    type: "boolean",
    default: "true",
    dynamic: false,
    description: "Reports how much time transactions spend in which type of span.",
  },
  {
    name: "prometheus_metrics",
    type: "boolean",
    default: "false",
    dynamic: false,
    description: "Reports the metrics of the application's Prometheus registry too.",
  },
  {
    name: "prometheus_metrics_prefix",
    type: "string",
    default: "prometheus.metrics.",
    dynamic: false,
    description: "Put in front of the names of Prometheus metrics.",
  },
  {
    name: "custom_metrics_histogram_boundaries",
    type: "numbers",
    default:
      "0.00390625,0.00552427,0.0078125,0.0110485,0.015625,0.0220971,0.03125,0.0441942,0.0625,0.0883883,0.125,0.176777,0.25,0.353553,0.5,0.707107,1,1.41421,2,2.82843,4,5.65685,8,11.3137,16,22.6274,32,45.2548,64,90.5097,128,181.019,256,362.039,512,724.077,1024,1448.15,2048,2896.31,4096,5792.62,8192,11585.2,16384,23170.5,32768,46341.0,65536,92681.9,131072",
    dynamic: false,
    description:
      "Bucket boundaries of OpenTelemetry histograms that name none: distinct numbers. The default are the powers of √2 from 2⁻⁸ to 2¹⁷.",
  },
  {
    name: "opentelemetry_bridge_enabled",
    type: "boolean",
    default: "false",
    dynamic: false,
    description: "Attaches itself to the OpenTelemetry SDK of the application.",
  },
  {
    name: "metrics_limit",
    type: "integer",
    default: "1000",
    dynamic: false,
    min: 1,
    description:
      'Most series a metric set may hold. Past that, one warning: what is written to further counters, timers and histograms of a known name is added up in a series with the label `overflow="true"`, so totals stay right; further gauges and new names are left out. Both are counted in `agent.series.overflow`.',
  },
  {
    name: "agent_health_metrics",
    type: "boolean",
    default: "true",
    dynamic: false,
    description: "Reports what the agent itself sent, queued and lost.",
  },
  {
    name: "agent_background_overhead_metrics",
    type: "boolean",
    default: "false",
    dynamic: false,
    description: "Known for compatibility; what it asks for cannot be measured in Node.js.",
  },
  {
    name: "central_config",
    type: "boolean",
    default: "true",
    dynamic: false,
    description: "Asks the server for configuration changes while running.",
  },
  {
    name: "server_url",
    type: "url",
    default: "http://127.0.0.1:8200",
    dynamic: false,
    description: "Address of the Tidegauge or APM Server; may have a path in front.",
  },
  {
    name: "secret_token",
    type: "string",
    default: undefined,
    dynamic: false,
    secret: true,
    description: "The server's secret token.",
  },
  {
    name: "api_key",
    type: "string",
    default: undefined,
    dynamic: false,
    secret: true,
    description: "API key, as the base64 of `id:key`; wins over `secret_token`.",
  },
  {
    name: "verify_server_cert",
    type: "boolean",
    default: "true",
    dynamic: false,
    description:
      "With `false` the server's certificate and host name are not checked. Without effect when `server_cert` is set.",
  },
  {
    name: "server_cert",
    type: "file",
    default: undefined,
    dynamic: false,
    description: "PEM file with the server's certificate: exactly this one is accepted, nothing else is checked.",
  },
  {
    name: "server_ca_cert_file",
    type: "file",
    default: undefined,
    dynamic: false,
    description: "PEM file with the certificate authorities to trust in place of the default ones.",
  },
  {
    name: "use_certifi",
    type: "boolean",
    default: "true",
    dynamic: false,
    description: "Known for compatibility with the Python agent; without effect.",
  },
  {
    name: "server_timeout",
    type: "duration",
    default: "5s",
    dynamic: false,
    min: 1,
    description: "How long a request may go on without progress, and how long its answer may take.",
  },
  {
    name: "api_request_size",
    type: "size",
    default: "768kb",
    dynamic: true,
    description:
      "Events are sent when they fill this many bytes, compressed (uncompressed for a server on the same machine).",
  },
  {
    name: "api_request_time",
    type: "duration",
    default: "10s",
    dynamic: true,
    min: 1,
    description: "Events are sent at least this often (±10 %); also how long `flush()` and `close()` wait.",
  },
  {
    name: "max_queue_size",
    type: "size",
    default: "16mb",
    dynamic: false,
    description:
      "Bytes of events, as they would be sent, that wait in memory while the server is away; then the oldest are dropped.",
  },
  {
    name: "spool_dir",
    type: "path",
    default: undefined,
    dynamic: false,
    description:
      "Directory in which events are kept while they cannot be sent, over the end of the process. Not set: memory only.",
  },
  {
    name: "spool_size",
    type: "size",
    default: "64mb",
    dynamic: false,
    description: "Bytes the spool may fill; then the oldest events are dropped.",
  },
  {
    name: "series_expiry",
    type: "integer",
    default: "10",
    dynamic: false,
    min: 0,
    description:
      "Collections without a write after which a series that starts over at each report (`resetOnCollect`) gives its place back; `0`: never. Others stay.",
  },
  {
    name: "transaction_metrics",
    type: "boolean",
    default: "true",
    dynamic: false,
    description: "Reports count, duration and outcome of transactions.",
  },
  {
    name: "otel_exponential_histograms",
    type: "boolean",
    default: "true",
    dynamic: false,
    description: "Accepts exponential histograms of OpenTelemetry.",
  },
  {
    name: "agent_name",
    type: "string",
    default: "nodejs",
    dynamic: false,
    pattern: "^.{1,1024}$",
    description: "Agent name on the wire. Kibana shows its Node.js panels for `nodejs`.",
  },
  {
    name: "skip_server_info",
    type: "boolean",
    default: "false",
    dynamic: false,
    description: "Does not ask the server for its version at start.",
  },
  {
    name: "transaction_ignore_urls",
    type: "wildcards",
    default: "",
    dynamic: true,
    description: "Requests whose path matches are not observed: `/health,/static/*`.",
  },
  {
    name: "log_level",
    type: "enumeration",
    default: "info",
    dynamic: true,
    allowed: ["trace", "debug", "info", "warning", "error", "critical", "off"],
    spellings: { warn: "warning", fatal: "critical" },
    description: "Least severe level the agent logs.",
  },
  {
    name: "log_file",
    type: "path",
    default: "",
    dynamic: false,
    description: "File to log to in place of standard error; one backup, with the ending `.1`, is kept.",
  },
  {
    name: "log_file_size",
    type: "size",
    default: "50mb",
    dynamic: false,
    description: "Size at which the log file becomes the backup.",
  },
  {
    name: "context_propagation_only",
    type: "boolean",
    default: "false",
    dynamic: true,
    description: "With `true` no metrics are reported.",
  },
  {
    name: "long_field_max_length",
    type: "integer",
    default: "10000",
    dynamic: false,
    min: 1,
    description: "Known for compatibility; metrics have no long fields.",
  },
] as const;
