import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "@tidegauge/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** The code blocks of one language, in order. */
const blocks = (language, page = README) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code);

let data;
let work;
let server;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "tidegauge-readme-"));
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  work = mkdtempSync(join(ROOT, ".cache", "readme-")); // inside the clone, where the packages are found
  server = await startServer({ port: 0, dataDir: data, logLevel: "error" });
});

afterAll(async () => {
  await server?.close();
  for (const directory of [data, work]) rmSync(directory, { recursive: true, force: true });
});

/** Runs a program with Node against the test's server. */
async function run(...args) {
  const env = { ...process.env, ELASTIC_APM_SERVER_URL: server.url, ELASTIC_APM_CLOUD_PROVIDER: "none", VITEST: "" };
  const child = spawn(process.execPath, args, { cwd: work, env, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
}

const sum = async (metric, aggregation = "sum") => {
  const search = new URLSearchParams({ metric, service: "shop", aggregation, from: "now-5m", step: "1h" });
  const { series } = await (await fetch(`${server.url}/api/v1/query?${search}`)).json();
  return series[0].points.map(([, value]) => value).filter((value) => value !== null);
};

describe("README", () => {
  it("shows code that reports what it says", async () => {
    const [code] = blocks("js");
    writeFileSync(join(work, "snippet.mjs"), `${code}\nawait client.close();\n`);
    await run("snippet.mjs");
    expect(await sum("my_counter", "last")).toEqual([10]);
    expect(await sum("queue_depth", "last")).toEqual([4]);
    expect(await sum("latency", "count")).toEqual([1]);
  });

  it("shows a command that reports for an application which knows nothing of it", async () => {
    const command = blocks("sh")
      .join("")
      .match(/^node (--import \S+) app\.js$/m);
    writeFileSync(join(work, "app.mjs"), "setTimeout(() => {}, 100);");
    writeFileSync(join(work, "package.json"), '{ "name": "untouched" }');
    await run(...command[1].split(" "), "app.mjs");
    const { services } = await (await fetch(`${server.url}/api/v1/services`)).json();
    expect(services.map(({ name }) => name)).toContain("untouched");
  });

  it("names commands, files and addresses that exist", async () => {
    const shell = blocks("sh").join("");
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const [, script] of shell.matchAll(/^npm (start|test)/gm)) expect(scripts[script]).toBeDefined();
    for (const [, link] of README.matchAll(/\]\((?!http)([^)#]+)\)/g))
      expect(existsSync(join(ROOT, link)), link).toBe(true);
    const query = shell.match(/curl '(http:\/\/127\.0\.0\.1:8200)(\S+)'/);
    expect((await fetch(`${server.url}${query[2]}`)).status).toBe(200);
  });
});

describe("the README of each package", () => {
  it.each(["agent", "server", "protocol"])("%s shows code that runs as it stands", async (name) => {
    const snippets = blocks("js", readFileSync(join(ROOT, "packages", name, "README.md"), "utf8"));
    expect(snippets.length).toBeGreaterThan(0);
    for (const code of snippets) {
      writeFileSync(join(work, "snippet.mjs"), code);
      await run("snippet.mjs");
    }
  });
});
