import type { OPTIONS } from "./options.js";

/** What each option does, as the reference page says it (configuration.md §6.3). A file of its own: no application needs these words. */
export const DESCRIPTIONS: Readonly<Record<(typeof OPTIONS)[number]["name"], string>> = {
  enabled: "With `false` the agent does nothing: no timers, no connections, and its API calls have no effect.",
  recording:
    "With `false` nothing is collected, queued or sent, while central configuration is still polled, so that it can be switched on again.",
  disable_send: "With `true` the agent works but never communicates with the server.",
  service_name:
    "Name of the service: letters, digits, space, `_` and `-`. Not set: the function's name in AWS Lambda and Azure Functions, else the name in the nearest `package.json`, else `unknown-nodejs-service`.",
  service_version: "Version of the service. Not set: the version in the same `package.json`.",
  service_node_name:
    "Name of this instance; must be unique among the instances of the service. Not set: the server uses the container id or the host name.",
  environment: "Name of the environment, such as `production`.",
  framework_name: "Name of the web framework.",
  framework_version: "Version of the web framework.",
  hostname: "Host name to report in place of the detected one.",
  global_labels: "Labels added to everything this process reports. Labels of a series win over them.",
  cloud_provider:
    "Which cloud's metadata service is asked at start: `auto` tries AWS, GCP and Azure in this order, `none` asks nobody.",
  include_process_args: "Reports the command line of the process.",
  metrics_interval:
    "How often metrics are collected, at least `1s`; `0s` switches metrics off, and the span breakdown with them.",
  metrics_sets:
    "Metric sets registered at start, as `module#Export`; the Python agent's class paths of the built-in sets are understood. Replaces the default list.",
  disable_metrics: "Metrics that are not reported, as names with wildcards: `nodejs.*,*.cpu.*`.",
  breakdown_metrics: "Reports how much time transactions spend in which type of span.",
  prometheus_metrics: "Reports the metrics of the application's Prometheus registry too.",
  prometheus_metrics_prefix: "Put in front of the names of Prometheus metrics.",
  custom_metrics_histogram_boundaries:
    "Bucket boundaries of OpenTelemetry histograms that name none: distinct numbers. The default are the powers of √2 from 2⁻⁸ to 2¹⁷.",
  opentelemetry_bridge_enabled: "Attaches itself to the OpenTelemetry SDK of the application.",
  metrics_limit:
    'Most series a metric set may hold. Past that, one warning: what is written to further counters, timers and histograms of a known name is added up in a series with the label `overflow="true"`, so totals stay right; further gauges and new names are left out. Both are counted in `agent.series.overflow`.',
  agent_health_metrics: "Reports what the agent itself sent, queued and lost.",
  agent_background_overhead_metrics: "Known for compatibility; what it asks for cannot be measured in Node.js.",
  central_config: "Asks the server for configuration changes while running.",
  server_url: "Address of the Tidegauge or APM Server; may have a path in front.",
  secret_token: "The server's secret token.",
  api_key: "API key, as the base64 of `id:key`; wins over `secret_token`.",
  verify_server_cert:
    "With `false` the server's certificate and host name are not checked. Without effect when `server_cert` is set.",
  server_cert: "PEM file with the server's certificate: exactly this one is accepted, nothing else is checked.",
  server_ca_cert_file: "PEM file with the certificate authorities to trust in place of the default ones.",
  use_certifi: "Known for compatibility with the Python agent; without effect.",
  server_timeout: "How long a request may go on without progress, and how long its answer may take.",
  api_request_size:
    "Events are sent when they fill this many bytes, compressed (uncompressed for a server on the same machine).",
  api_request_time: "Events are sent at least this often (±10 %); also how long `flush()` and `close()` wait.",
  max_queue_size:
    "Bytes of events, as they would be sent, that wait in memory while the server is away; then the oldest are dropped.",
  spool_dir:
    "Directory in which events are kept while they cannot be sent, over the end of the process. Not set: memory only.",
  spool_size: "Bytes the spool may fill; then the oldest events are dropped.",
  series_expiry:
    "Collections without a write after which a series that starts over at each report (`resetOnCollect`) gives its place back; `0`: never. Others stay.",
  transaction_metrics: "Reports count, duration and outcome of transactions.",
  otel_exponential_histograms: "Accepts exponential histograms of OpenTelemetry.",
  agent_name: "Agent name on the wire. Kibana shows its Node.js panels for `nodejs`.",
  skip_server_info: "Does not ask the server for its version at start.",
  transaction_ignore_urls: "Requests whose path matches are not observed: `/health,/static/*`.",
  log_level: "Least severe level the agent logs.",
  log_file: "File to log to in place of standard error; one backup, with the ending `.1`, is kept.",
  log_file_size: "Size at which the log file becomes the backup.",
  context_propagation_only: "With `true` no metrics are reported.",
  long_field_max_length: "Known for compatibility; metrics have no long fields.",
};
