import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeServer } from "./transport/fake-server.testing.js";

const SOURCES = resolve("packages/agent/src");
/** Files, or requests, of what happens at a start, with the first request, or when the application loads a package, under a guard of its own. */
const AT_START =
  /^(hooks|opentelemetry|config|logging)\/|^metadata \.\/(cloud|hostname)\.js|^sets\/(cpu|prometheus|event-loop|node-runtime)\.ts|^transport\/http\/node-sender\.ts|^transport\/http (\.\.\/spool\/spool|\.\/(proxy|proxy-sender|tls))\.js|^\. \.\/(started|agent-client|late-modules|opentelemetry\/meter-bridge)\.js/;

/** `folder request` of each late require in the sources. */
function lateRequires(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.ts$/.test(file) && !/\.(test|test-d|testing|bench|cases)\.ts$/.test(file),
  );
  const found = files
    .filter((file) => !AT_START.test(file))
    .flatMap((file) =>
      [...readFileSync(join(SOURCES, file), "utf8").matchAll(/(?<!\.)\brequire\("(\.[^"]+\.js)"\)/g)].map(
        ([, request]) => `${dirname(file)} ${request}`,
      ),
    );
  return [...new Set(found)].filter((request) => !AT_START.test(request)).sort();
}

let server: FakeServer;
let directory: string;

beforeEach(async () => {
  server = await FakeServer.start();
  directory = mkdtempSync(join(tmpdir(), "tidegauge-late-"));
  for (const name of ["agent", "protocol"]) {
    const copy = join(directory, "node_modules", "@tidegauge", name);
    for (const part of ["dist", "package.json"])
      cpSync(resolve("packages", name, part), join(copy, part), { recursive: true });
  }
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a program with a copy of the agent that it may remove by `removeAgent()`. */
async function run(program: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const file = join(directory, "app.cjs");
  writeFileSync(
    file,
    `const { Client, MetricSet, getClient } = require("@tidegauge/agent");
    const removeAgent = () => require("node:fs").rmSync(${JSON.stringify(join(directory, "node_modules"))}, { recursive: true });
    const client = new Client({
      serviceName: "late", metricsInterval: "1s", metricsSets: [], agentHealthMetrics: false, apiRequestTime: "5s", centralConfig: false,
      cloudProvider: "none", logLevel: "warning", metricsLimit: 2, serverUrl: ${JSON.stringify(server.url)},
    });
    ${program}`,
  );
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

describe("what the agent reads late", () => {
  it("is all on the list that a running process reads in advance", () => {
    const text = readFileSync(join(SOURCES, "late-modules.ts"), "utf8");
    const listed = [...text.matchAll(/^ {2}"?([\w./]+)"?: \[([^\]]+)\]/gm)].flatMap(([, folder, requests]) =>
      [...(requests as string).matchAll(/"([^"]+)"/g)].map(([, request]) => `${folder} ${request}`),
    );
    expect(listed.sort()).toEqual(lateRequires());
  });

  it("may be gone after that: everything works on", async () => {
    const { code, stdout, stderr } = await run(`
      require(require.resolve("@tidegauge/agent").replace("index.js", "late-modules.js")).loadLateModules();
      removeAgent();
      const set = client.metrics.register(MetricSet);
      for (let id = 0; id < 5; id++) set.counter("c", { id }).inc();
      (async () => {
        await client.metrics.exposition();
        await client.collect();
        await client.flush();
        await client.flush();
        await client.close();
        getClient();
        console.log(client.stats().accepted);
      })();`);
    expect(stderr).toMatch(/the limit of 2 series has been reached/);
    expect(stderr).not.toMatch(/Cannot find module/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${server.events.length}\n` });
    expect(server.events.length).toBeGreaterThan(0);
  });

  it("and cannot be read does not reach the application, which goes on", async () => {
    const { code, stdout, stderr } = await run(`
      const set = client.metrics.register(MetricSet);
      set.counter("c").inc();
      removeAgent();
      let ticks = 0;
      const timer = setInterval(() => {
        set.counter("c").inc();
        if (++ticks < 30) return;
        clearInterval(timer);
        client.flush().then(() => client.close()).then(() => console.log("went on"));
      }, 100);`);
    expect(stderr).toMatch(/ERROR \[tidegauge\] .*Cannot find module/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "went on\n" });
  });

  it("BD-21, BD-22 does not keep a transaction from ending, nor take its result", async () => {
    const { code, stdout } = await run(`
      removeAgent();
      client.startTransaction("first", "job").end();
      console.log(client.withTransaction("second", "job", () => "result"));
      process.exit(0);`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "result\n" });
  });

  it("and is there again when a batch is sent again: the metadata is made then", async () => {
    const { code, stdout, stderr } = await run(`
      const fs = require("node:fs");
      const late = require("node:path").join(require.resolve("@tidegauge/agent"), "..", "metadata", "own-metadata.js");
      fs.renameSync(late, late + ".away");
      client.metrics.register(MetricSet).counter("c").inc();
      const { write } = process.stderr;
      const failed = new Promise((resolve) => {
        process.stderr.write = function (text, ...rest) {
          if (String(text).includes("failed: Cannot find module")) resolve();
          return write.call(this, text, ...rest);
        };
      });
      (async () => {
        await client.collect();
        client.flush().catch(() => {});
        await failed;
        console.log(client.stats().accepted);
        fs.renameSync(late + ".away", late);
        while (client.stats().accepted === 0) await client.flush().catch(() => {});
        await client.close();
        console.log("sent");
      })();`);
    expect(stderr).toMatch(/sending to .* failed: Cannot find module/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "0\nsent\n" });
    expect(server.batches[0]?.body).toContain('"name":"late"');
  });
});
