// A clone of what is committed, an empty npm cache and one Node line: `npm start` must bring up a page whose charts
// move, a second start must be quick, and `npm test` must pass. The times go to bench/results/start.json.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { failures, secondAttempts } from "../../scripts/test-report.mjs";
import { temporaryDirectory } from "../server-process.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RESULTS = join(ROOT, "bench", "results", "start.json");
const OWN_LINE = process.versions.node.split(".")[0];
/** What runs in other people's processes is tested on each line they may have; the soak tests everything there. */
const PARTS = process.env.TIDEGAUGE_SOAK === "1" ? [] : ["packages/agent", "packages/protocol"];
const TESTED = PARTS.length === 0 ? "everything" : PARTS.join(", ");
const directory = temporaryDirectory();
const times = {};

afterAll(() => {
  directory.remove();
  if (Object.keys(times).length === 0) return;
  mkdirSync(join(ROOT, "bench", "results"), { recursive: true });
  const measured = { unit: "s", cores: availableParallelism(), measuredAt: new Date().toISOString(), node: times };
  writeFileSync(RESULTS, `${JSON.stringify(measured, undefined, 2)}\n`);
});

/** An environment in which `node` is the wanted line, npm's cache is empty and nothing of this run leaks in. */
function environment(line) {
  const home = join(directory.path, `node-${line}`);
  const bin = join(home, "bin");
  mkdirSync(bin, { recursive: true });
  const ask = ["-y", "-p", `node@${line}`, "node", "-p", "process.execPath"];
  const node = line === OWN_LINE ? process.execPath : execFileSync("npx", ask, { encoding: "utf8" }).trim();
  symlinkSync(node, join(bin, "node"));
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VITEST|NODE_ENV$|NODE_OPTIONS$|CI$)/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    npm_config_cache: join(home, "npm-cache"),
    ...(process.env.npm_config_registry && { npm_config_registry: process.env.npm_config_registry }),
  };
}

/** `npm start -- --port 0` in a clone: when it listened, when the page's CPU chart had moved, and what is left after Ctrl-C. */
async function startOnce(clone, env) {
  const began = performance.now();
  const since = () => Math.round((performance.now() - began) / 100) / 10;
  const child = spawn("npm", ["start", "--", "--port", "0"], {
    cwd: clone,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`npm start ended with ${code}`)));
    const url = await Promise.race([readAddress(child), ended]);
    const listeningS = since();
    const page = await fetch(url, { headers: { Accept: "text/html" } });
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("<script");
    await Promise.race([untilMoving(url), ended]);
    const movingS = since();
    ended.catch(() => {});
    process.kill(-child.pid, "SIGINT"); // as Ctrl-C: to the whole foreground group
    await once(child, "exit");
    await untilGone(-child.pid);
    return { listeningS, movingS };
  } finally {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // nothing is left, as it should be
    }
  }
}

/** What looking whether everything is fresh adds to a bare start of Node: the least of ten, in milliseconds. */
function freshSetupMs(clone, env) {
  const least = (args) =>
    Math.min(
      ...Array.from({ length: 10 }, () => {
        const began = performance.now();
        execFileSync("node", args, { cwd: clone, env });
        return performance.now() - began;
      }),
    );
  return Math.round(least(["scripts/run.mjs", "build"]) - least(["-e", "0"]));
}

async function readAddress(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (http\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error("npm start closed its output");
}

/** Two different points of the shop's processor time: the chart has something to draw, and it changes. */
async function untilMoving(url) {
  const query = "metric=system.process.cpu.total.norm.pct&service=shop&from=now-1m&to=now&step=1s&aggregation=avg";
  for (;;) {
    const response = await fetch(`${url}/api/v1/query?${query}`);
    const body = await response.json();
    const values = (body.series?.[0]?.points ?? []).map(([, value]) => value).filter((value) => value !== null);
    if (new Set(values).size > 1) return;
    await sleep(100);
  }
}

async function untilGone(group) {
  for (;;) {
    try {
      process.kill(group, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
}

describe.each(["20", "22", "24", "26"])("a fresh clone on Node %s", (line) => {
  const clone = join(directory.path, `clone-${line}`);
  let env;

  it("npm start reaches a page with moving charts, and leaves nothing running", { timeout: 300_000 }, async () => {
    env = environment(line);
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ROOT, clone]);
    const first = await startOnce(clone, env);
    times[line] = { ...times[line], first };
    expect(existsSync(join(clone, "node_modules", "vitest")), "start installs only what start needs").toBe(false);
  });

  it("npm start is quick when fresh", { timeout: 120_000 }, async () => {
    times[line] = { ...times[line], fresh: await startOnce(clone, env), freshSetupMs: freshSetupMs(clone, env) };
  });

  // Node of this run: .ci/run has run npm test already, in the clone it was started in.
  it.runIf(line !== OWN_LINE)(`npm test passes: ${TESTED}`, { timeout: 480_000 }, async () => {
    const report = join(directory.path, `test-${line}.json`);
    const retry = process.env.CI === "true" ? ["--retry=1"] : [];
    const args = ["test", "--", ...PARTS, ...retry, "--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
    const child = spawn("npm", args, { cwd: clone, env, stdio: ["ignore", "inherit", "inherit"] });
    const [code] = await once(child, "exit");
    const result = JSON.parse(readFileSync(report, "utf8"));
    for (const text of secondAttempts(result)) console.log(text);
    const failed = failures(result).join("\n");
    expect({ code, failed }).toEqual({ code: 0, failed: "" });
  });
});
