// What a hostile or broken client does from another process on loopback, bounded: agents are served meanwhile, every one of
// their reports is accepted, and the server neither grows without limit nor ends.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";

const ATTACKER = fileURLToPath(new URL("attacker.mjs", import.meta.url));
const TOKEN = "a-token-that-is-long-enough";
const REPORTS = 30;
const ATTACK_MS = 8_000;
/** As many answers as this arrive within the agent's own server_timeout (wire-and-transport W-44). */
const SERVER_TIMEOUT_MS = 5_000;
/** What a server may take that writes at full speed, the engine's 512 MiB included (docs/storage.md). */
const LOADING_MIB = 1_500;

const directory = temporaryDirectory();
let server;
let sequence = 0;
const accepted = [];

beforeAll(async () => {
  server = await TidegaugeProcess.start([
    "serve",
    "--data-dir",
    directory.path,
    "--retention",
    "0",
    "--secret-token",
    TOKEN,
  ]);
});

afterAll(async () => {
  await server?.stop();
  directory.remove();
});

const headers = { Authorization: `Bearer ${TOKEN}` };

/** One report as an agent sends it; its status, or why there was none. */
async function report() {
  const value = ++sequence;
  const metadata = { service: { name: "agent", agent: { name: "nodejs", version: "1", ephemeral_id: "e" } } };
  const metricset = { samples: { sequence: { value, type: "gauge" } }, timestamp: (1_700_000_000 + value) * 1_000_000 };
  const body = gzipSync(`${JSON.stringify({ metadata })}\n${JSON.stringify({ metricset })}\n`);
  try {
    const response = await fetch(`${server.url}/intake/v2/events`, {
      method: "POST",
      headers: {
        ...headers,
        "Content-Type": "application/x-ndjson",
        "Content-Encoding": "gzip",
        "X-Tidegauge-Batch": `e:${value}`,
      },
      body,
      signal: AbortSignal.timeout(SERVER_TIMEOUT_MS),
    });
    if (response.status === 202) accepted.push(value);
    return response.status;
  } catch (error) {
    return error.name;
  }
}

const residentMib = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, "utf8"))[1]) / 1024;

async function attack(kind) {
  const attacker = spawn(process.execPath, [ATTACKER, kind, new URL(server.url).port, TOKEN], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: attacker.stdout })[Symbol.asyncIterator]();
  try {
    expect((await lines.next()).value).toBe("attacking");
    const statuses = [];
    let peakMib = 0;
    for (let i = 0; i < REPORTS; i++) {
      statuses.push(await report());
      peakMib = Math.max(peakMib, residentMib());
      await new Promise((resolve) => setTimeout(resolve, ATTACK_MS / REPORTS));
    }
    attacker.stdin.end();
    const seen = JSON.parse((await lines.next()).value);
    return { statuses, peakMib, seen };
  } finally {
    attacker.kill("SIGKILL");
  }
}

describe("while a client", () => {
  for (const [kind, what] of [
    ["slowloris", "holds 600 connections with heads and bodies that come byte by byte"],
    ["bombs", "sends bodies of a few hundred kilobytes that unpack to a hundred megabytes"],
    ["text", "sends names, labels and unknown fields that are long and never come again"],
    ["idle", "holds 2,000 connections and says nothing"],
    ["headers", "sends heads of a megabyte, a hundred a second"],
    ["guesses", "guesses tokens as fast as it is answered"],
    ["rows", "sends small bodies of thousands of names under long labels"],
  ]) {
    it(`${what}, agents are served`, { timeout: 120_000 }, async (context) => {
      if (process.platform !== "linux") context.skip("memory is read from /proc");
      const { statuses, peakMib, seen } = await attack(kind);
      console.log(`${kind}: peak ${peakMib.toFixed(0)} MiB, attacker saw ${JSON.stringify(seen)}`);
      expect(statuses).toEqual(Array(REPORTS).fill(202));
      expect(peakMib).toBeLessThan(kind === "rows" ? LOADING_MIB : 700);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      if (kind === "headers") expect(Object.keys(seen.statuses)).toEqual(["431"]);
      if (kind === "guesses") expect(Object.keys(seen.statuses)).toEqual(["401", "429"]);
      if (kind === "text" || kind === "rows") expect(Object.keys(seen.statuses)).toEqual(["202"]);
      if (kind === "bombs") expect(Object.keys(seen.statuses)).toContain("400");
    });
  }

  it("ends all of that, every report that was answered 202 can be read", async () => {
    const parameters = new URLSearchParams({
      ...{ metric: "sequence", service: "agent", aggregation: "last", step: "1s" },
      ...{ from: "1700000000000", to: String(1_700_000_000_000 + (sequence + 1) * 1000) },
    });
    const response = await fetch(`${server.url}/api/v1/query?${parameters}`, { headers });
    const { series } = await response.json();
    const read = series[0].points.map(([, value]) => value).filter((value) => value !== null);
    expect(read).toEqual(accepted);
    expect(read).toHaveLength(7 * REPORTS);
  });
});
