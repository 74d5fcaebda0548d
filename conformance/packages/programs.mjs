/** A program that counts ten and shows what was collected; `load` brings in Client, MetricSet and RecordingTransport. */
const program = (load, value = "found.samples.my_counter.value") => `${load}
const transport = new RecordingTransport();
const client = new Client({ start: false, transport, serviceName: "packed", metricsSets: [] });
const metricset = client.metrics.register(MetricSet);
for (let x = 0; x < 10; x++) metricset.counter("my_counter").inc();
client.collect().then(() => {
  const found = transport.metricsets.find(({ samples }) => samples.my_counter);
  console.log("counted", ${value});
});
`;

const IMPORTS = `import { Client, MetricSet } from "@tidegauge/agent";
import { RecordingTransport } from "@tidegauge/agent/testing";`;
const REQUIRES = `const { Client, MetricSet } = require("@tidegauge/agent");
const { RecordingTransport } = require("@tidegauge/agent/testing");`;

export const IMPORT = program(IMPORTS);
export const REQUIRE = program(REQUIRES);

/** The same with every entry point, as TypeScript has it. */
export const TYPED = program(
  `import "@tidegauge/agent/register";\nimport "@tidegauge/agent/opentelemetry";\n${IMPORTS}`,
  "found?.samples.my_counter?.value",
);

const test = (load) => `${load}
test("counts", async () => {
  const transport = new RecordingTransport();
  const client = new Client({ start: false, transport, metricsSets: [] });
  client.metrics.register(MetricSet).counter("my_counter").inc(10);
  await client.collect();
  expect(transport.metricsets.some(({ samples }) => samples.my_counter?.value === 10)).toBe(true);
});
`;

/** A test file for Jest and one for Vitest. */
export const JEST = test(REQUIRES);
export const VITEST = test(`import { expect, test } from "vitest";\n${IMPORTS}`);
