// What the benches of the server share: a process whose CPU time and memory are read from /proc, the load it is put under, and the file of results.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const CLOCK_TICK_MS = 10;

/** `[connections, metricsets a request]`. 24 is the request of an agent; 240 what ten of them make, or one larger agent. */
export const CASES = [
  [4, 24],
  [64, 24],
  [4, 240],
  [64, 240],
];

/** A process that prints `listening on <url>` when it can be used. */
export class MeasuredProcess {
  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  /** Starts a script with Node. */
  static async start(script, args = []) {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TIDEGAUGE_LOG_LEVEL: "warn" },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^listening on (http\S+)$/.exec(line)?.[1];
      if (url !== undefined) return new MeasuredProcess(child, url);
    }
    throw new Error(`${script} did not start`);
  }

  /** `tidegauge serve` on a free port. */
  static serve(args) {
    return MeasuredProcess.start(here("../packages/cli/bin/tidegauge.js"), ["serve", "--port", "0", ...args]);
  }

  /** CPU time of all its threads so far, seconds. */
  get cpuSeconds() {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS) / 1000;
  }

  /** A field of its status, `VmRSS` or `VmHWM`, MiB. */
  memoryMib(field) {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  }

  /** Puts it under the load of `receiving/load.mjs`, from a process of its own. With a `run` each request is a batch with an id. */
  async load(connections, metricsets, seconds, run) {
    const args = [this.url, connections, metricsets, seconds, ...(run === undefined ? [] : [run])].map(String);
    const child = spawn(process.execPath, [here("receiving/load.mjs"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    await new Promise((resolve) => child.once("exit", resolve));
    return JSON.parse(text);
  }

  stop() {
    this.child.kill("SIGTERM");
    return new Promise((resolve) => this.child.once("exit", resolve));
  }
}

/** Writes the results as JSON. */
export function writeResults(path, results) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
}
