// Starts a server with some data and lets schemathesis loose on it. Ends with the line of counts, one for each operation.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";

const [command] = process.argv.slice(2);
const EXAMPLES = process.env.TIDEGAUGE_SOAK ? 1000 : 60;
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

const directory = temporaryDirectory();
const server = await TidegaugeProcess.start(["serve", "--data-dir", join(directory.path, "data")]);
try {
  await fill(server.url);
  const report = join(directory.path, "report.xml");
  const child = spawn(
    command,
    [
      "run",
      `${server.url}/api/v1/openapi.json`,
      "--url",
      server.url,
      "--checks",
      CHECKS.join(","),
      "--max-examples",
      String(EXAMPLES),
      "--generation-deterministic",
      "--suppress-health-check",
      "all",
      "--report",
      "junit",
      "--report-junit-path",
      report,
      "--no-color",
    ],
    { stdio: ["ignore", "inherit", "inherit"], cwd: directory.path },
  );
  const [code] = await once(child, "exit");
  const alive = (await fetch(`${server.url}/readyz`)).status === 200;
  const xml = readFileSync(report, "utf8");
  const { paths } = await (await fetch(`${server.url}/api/v1/openapi.json`)).json();
  const missing = Object.keys(paths).filter((path) => !xml.includes(path));
  if (missing.length > 0) console.log(`not called: ${missing.join(", ")}`);
  const operations = xml.match(/<testcase /g)?.length ?? 0;
  const failed =
    (xml.match(/<failure /g)?.length ?? 0) + (xml.match(/<error /g)?.length ?? 0) + (alive ? 0 : 1) + missing.length;
  console.log(`${operations - Math.min(failed, operations)} passed, ${failed} failed`);
  process.exitCode = code !== 0 || failed > 0 || operations === 0 ? 1 : 0;
} finally {
  await server.stop();
  directory.remove();
}

/** A little of every kind, so that answers are not all empty. */
async function fill(url) {
  const metadata = {
    service: { name: "fuzzed", environment: "test", agent: { name: "nodejs", version: "1", ephemeral_id: "f" } },
    system: { detected_hostname: "h" },
  };
  const lines = [{ metadata }];
  for (let index = 0; index < 60; index++) {
    const timestamp = (Date.now() - index * 10_000) * 1000;
    const samples = {
      metric: { value: index, type: "gauge" },
      total: { value: index * 2, type: "counter", temporality: "delta" },
      // The examples of the document are asked for by name.
      "system.process.cpu.total.norm.pct": { value: 0.5, type: "gauge" },
      "transaction.duration.us": { values: [1, 2, 3], counts: [index, 1, 0], type: "histogram", temporality: "delta" },
    };
    lines.push({ metricset: { timestamp, samples, tags: { a: String(index % 3) } } });
    const selfTime = { "span.self_time.count": { value: 1 }, "span.self_time.sum.us": { value: index } };
    lines.push({
      metricset: { timestamp, samples: selfTime, transaction: { name: "t", type: "request" }, span: { type: "app" } },
    });
  }
  const body = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
  const response = await fetch(`${url}/intake/v2/events`, {
    method: "POST",
    headers: { "Content-Type": "application/x-ndjson" },
    body,
  });
  if (response.status !== 202) throw new Error(`the data was not taken: ${response.status} ${await response.text()}`);
}
