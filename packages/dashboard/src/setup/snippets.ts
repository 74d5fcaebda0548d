/** How to point an application at this server, by the language it is written in. */
export interface Snippet {
  id: string;
  name: string;
  steps: readonly { text: string; code: string }[];
}

/** The snippets for a server at `url`; `token`: one that asks for a token. */
export function snippetsFor(url: string, token: boolean): readonly Snippet[] {
  const environment = `ELASTIC_APM_SERVER_URL=${url} \\\n${token ? "ELASTIC_APM_SECRET_TOKEN=the-token \\\n" : ""}ELASTIC_APM_SERVICE_NAME=my-service`;
  const options = `{ serviceName: "my-service", serverUrl: "${url}"${token ? ', secretToken: "the-token"' : ""} }`;
  return [
    {
      id: "node",
      name: "Node.js",
      steps: [
        {
          text: "With a clone of Tidegauge beside the application, nothing has to be installed or changed:",
          code: `${environment} \\\nnode ../tidegauge/packages/cli/bin/tidegauge.js run app.js`,
        },
        {
          text: "Or add the agent to the application, where a registry has it:",
          code: "npm install @tidegauge/agent",
        },
        {
          text: "Then start the application with it, no code needed:",
          code: `${environment} \\\nnode --import @tidegauge/agent/register app.js`,
        },
        {
          text: "Or from the code, with metrics of its own:",
          code: `import { Client, MetricSet } from "@tidegauge/agent";\n\nconst client = new Client(${options});\nconst metrics = client.metrics.register(MetricSet);\nmetrics.counter("orders").inc();`,
        },
      ],
    },
    {
      id: "python",
      name: "Python",
      steps: [
        { text: "Elastic’s own agent speaks the same protocol:", code: "pip install elastic-apm" },
        {
          text: "Point it here:",
          code: `${environment} \\\nelasticapm-run python app.py`,
        },
      ],
    },
    {
      id: "otel",
      name: "OpenTelemetry",
      steps: [
        {
          text: "In a Node.js application with an OpenTelemetry meter provider:",
          code: "npm install @tidegauge/agent",
        },
        {
          text: "Add the exporter to its readers:",
          code: `import { Client } from "@tidegauge/agent";\nimport { TidegaugeMetricReader } from "@tidegauge/agent/opentelemetry";\nimport { MeterProvider } from "@opentelemetry/sdk-metrics";\n\nconst client = new Client(${options});\nnew MeterProvider({ readers: [new TidegaugeMetricReader({ client })] });`,
        },
      ],
    },
  ];
}
