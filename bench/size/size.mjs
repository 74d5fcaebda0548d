// What installing takes: the agent, packed as it is published, and its rivals, each into an empty project by npm.
// Writes ../results/size.json. Needs a build.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine } from "../page.mjs";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "tidegauge-size-"));

const RIVALS = {
  "elastic-apm-node": ["elastic-apm-node@4.18.0"],
  "OpenTelemetry SDK": [
    "@opentelemetry/sdk-metrics@2.12.0",
    "@opentelemetry/exporter-metrics-otlp-http@0.223.0",
    "@opentelemetry/api@1.9.1",
  ],
  "prom-client": ["prom-client@15.1.3"],
};

const megabytes = (bytes) => Number((bytes / 1e6).toFixed(3));

function npm(args, cwd) {
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Bytes and packages in a new project after installing; `own` of them are the product itself. */
function installed(name, specifiers, own) {
  const project = join(work, name.replaceAll(" ", "-"));
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }');
  npm(["install", "--no-audit", "--no-fund", "--omit=dev", ...specifiers], project);
  const files = readdirSync(join(project, "node_modules"), { recursive: true }).map((file) =>
    join(project, "node_modules", file),
  );
  const bytes = files.map((file) => statSync(file)).reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
  const lock = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8"));
  const names = Object.keys(lock.packages).filter((path) => path !== "");
  return { megabytes: megabytes(bytes), packages: names.length, others: names.length - own };
}

try {
  const packed = ["protocol", "agent"].map((name) => {
    const [tarball] = JSON.parse(npm(["pack", "--json", "--pack-destination", work], join(packages, name)));
    return tarball;
  });
  const tarballs = packed.map(({ filename }) => join(work, filename));
  const results = {
    what: "size",
    ...machine(),
    agent: { megabytes: megabytes(packed[1].unpackedSize) },
    tidegauge: installed("tidegauge", tarballs, tarballs.length),
  };
  for (const [name, specifiers] of Object.entries(RIVALS)) results[name] = installed(name, specifiers, 1);
  const file = new URL("../results/size.json", import.meta.url);
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(readFileSync(file, "utf8"));
} finally {
  rmSync(work, { recursive: true, force: true });
}
