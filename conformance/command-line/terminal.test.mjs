// `top` and `doctor` in a real pseudo-terminal: keys, sizes, colours, and that the terminal is given back.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { PseudoTerminal } from "./pseudo-terminal.mjs";

const TIDEGAUGE = fileURLToPath(new URL("../../packages/cli/bin/tidegauge.js", import.meta.url));
const LEAVE = "\u001b[?25h\u001b[?1049l";
const NODES = 6;

const directory = temporaryDirectory();
let server;
let terminal;

beforeAll(async () => {
  server = await TidegaugeProcess.start(["serve", "--data-dir", join(directory.path, "data")]);
  for (let n = 0; n < NODES; n++) await report(`node-${n}`, (n + 1) / 10);
});

afterEach(() => terminal?.kill());

afterAll(async () => {
  await server.stop();
  directory.remove();
});

async function report(node, cpu) {
  const agent = { name: "nodejs", version: "1.0.0", ephemeral_id: node };
  const service = { name: "shop", agent, node: { configured_name: node } };
  const samples = { "system.process.cpu.total.norm.pct": { value: cpu } };
  const timestamp = (Date.now() - 15_000) * 1000;
  const lines = [{ metadata: { service, process: { pid: 1 }, system: {} } }, { metricset: { samples, timestamp } }];
  const response = await fetch(`${server.url}/intake/v2/events`, {
    method: "POST",
    headers: { "Content-Type": "application/x-ndjson" },
    body: lines.map((line) => JSON.stringify(line)).join("\n"),
  });
  expect(response.status).toBe(202);
}

const quoted = (words) => words.map((word) => `'${word}'`).join(" ");

/**
 * `top` in a shell that notes the terminal's settings before and after, and the process to signal. The shell shows
 * `ended <code>` at the end.
 */
function top({ args = [], env = {}, ...size } = {}) {
  const command = quoted([process.execPath, TIDEGAUGE, "top", "--interval", "1s", ...args]);
  const script = `stty -g > before; sh -c 'echo $$ > pid; exec "$@"' sh ${command}; code=$?; stty -g > after; echo "ended $code"`;
  terminal = new PseudoTerminal(["bash", "-c", script], {
    cwd: directory.path,
    env: { TIDEGAUGE_URL: server.url, ...env },
    ...size,
  });
  return terminal;
}

const pid = () => Number(readFileSync(join(directory.path, "pid"), "utf8"));
const settings = (when) => readFileSync(join(directory.path, when), "utf8");

/** The screen was left, the cursor is back, and the terminal has the settings it had. */
async function expectRestored(code) {
  await terminal.shows(`ended ${code}`);
  expect(await terminal.ended()).toBe(0);
  expect(terminal.written).toContain(LEAVE);
  expect(settings("after")).toBe(settings("before"));
}

/** The last screen that was drawn, as lines of plain text. */
const screen = () => stripVTControlCharacters(terminal.written.split("\u001b[H").at(-1)).split(/\r+\n/);
const nodes = () => screen().flatMap((line) => /^shop +(node-\d)/.exec(line)?.[1] ?? []);

describe("tidegauge top in a terminal", () => {
  it("sorts, filters and pauses by keys, and q gives the terminal back", async () => {
    top();
    await terminal.shows("by service");
    await terminal.shows("node-5");
    expect(nodes()).toEqual(["node-0", "node-1", "node-2", "node-3", "node-4", "node-5"]);
    terminal.forget();
    terminal.press("c");
    await terminal.shows(/by cpu.*node-0/s);
    expect(nodes()).toEqual(["node-5", "node-4", "node-3", "node-2", "node-1", "node-0"]);
    terminal.forget();
    terminal.press("/node-2");
    await terminal.shows("filter: node-2_");
    terminal.press("\u001b[A"); // an arrow: no text, and no end of the typing
    terminal.press("\r");
    await terminal.shows(/filter: node-2.\[K.*.\[J/s); // to the frame's end: a terminal hands it over in pieces
    expect(nodes()).toEqual(["node-2"]);
    terminal.forget();
    terminal.press("p");
    await terminal.shows(/paused.*node-2.*.\[J/s);
    terminal.forget();
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // an interval passes
    expect(terminal.written).toBe("");
    terminal.press("p");
    await terminal.shows("by cpu");
    terminal.press("q");
    await expectRestored(0);
  });

  it("draws itself into whatever size the terminal has", async () => {
    top({ rows: 24, columns: 100 });
    await terminal.shows("node-5");
    terminal.forget();
    terminal.resize(8, 40);
    await terminal.shows("more: filter with /");
    const lines = screen();
    expect(lines).toHaveLength(8);
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(40);
    terminal.press("q");
    await expectRestored(0);
  });

  it("ends with 130 at Ctrl-C", async () => {
    top();
    await terminal.shows("node-5");
    terminal.press("\u0003");
    await expectRestored(130);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ])("gives the terminal back at %s", async (signal, code) => {
    top();
    await terminal.shows("node-5");
    process.kill(pid(), signal);
    await expectRestored(code);
  });

  it("gives the terminal back when it crashes, and then shows the error", async () => {
    const bomb = join(directory.path, "bomb.mjs");
    writeFileSync(bomb, "process.once('SIGUSR2', () => { throw new Error('the bomb'); });");
    top({ env: { NODE_OPTIONS: `--import=${pathToFileURL(bomb).href}` } });
    await terminal.shows("node-5");
    process.kill(pid(), "SIGUSR2");
    await expectRestored(1);
    expect(terminal.written.split(LEAVE)[1]).toContain("the bomb");
  });

  it("stays when the server goes away, and says so", async () => {
    const dataDir = join(directory.path, "second");
    const first = await TidegaugeProcess.start(["serve", "--data-dir", dataDir]);
    top({ args: ["--url", first.url] });
    await terminal.shows("SERVICE");
    await first.stop();
    await terminal.shows("no server answers");
    terminal.press("q");
    await expectRestored(0);
  });

  it("takes no screen where it cannot begin", async () => {
    top({ args: ["--url", "http://127.0.0.1:9"] });
    await terminal.shows("no server answers at http://127.0.0.1:9");
    await terminal.shows("ended 1");
    expect(terminal.written).not.toContain("\u001b[?1049h");
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: "1" }, false],
    [{ TERM: "dumb" }, false],
  ])("is coloured with %o: %s", async (env, isColoured) => {
    top({ env });
    await terminal.shows("node-5");
    expect(terminal.written.includes("\u001b[1m")).toBe(isColoured);
    terminal.press("q");
    await expectRestored(0);
  });
});

describe("tidegauge doctor in a terminal", () => {
  const doctor = (env = {}) => {
    const command = [process.execPath, TIDEGAUGE, "doctor", "--directory", directory.path];
    terminal = new PseudoTerminal(command, { env: { ELASTIC_APM_SERVER_URL: server.url, ...env } });
    return terminal;
  };

  it("shows one finding after the other, coloured, with a summary", async () => {
    doctor();
    await terminal.shows("failed");
    expect(await terminal.ended()).toBe(0);
    expect(terminal.written).toContain("\u001b[32mpass\u001b[39m");
    const plain = stripVTControlCharacters(terminal.written);
    expect(plain).toMatch(/^pass {2}test-event {2}sent and accepted/m);
    expect(plain).toMatch(/^\d+ passed, 1 to look at, 0 failed/m);
  });

  it("has no colour with NO_COLOR, and ends with 1 where a check failed", async () => {
    doctor({ NO_COLOR: "1", ELASTIC_APM_SERVER_URL: "http://127.0.0.1:9" });
    expect(await terminal.ended()).toBe(1);
    expect(terminal.written).not.toContain("\u001b[");
    expect(terminal.written).toContain("FAIL  server-reachable  nothing listens at http://127.0.0.1:9");
  });
});

describe("tidegauge export in a terminal", () => {
  it("shows progress on the terminal and takes it away; the file holds only data", async () => {
    const file = join(directory.path, "shop.ndjson");
    const command = [process.execPath, TIDEGAUGE, "export", "--service", "shop", "--from", "now-5m", "--output", file];
    terminal = new PseudoTerminal([...command, "--url", server.url]);
    expect(await terminal.ended()).toBe(0);
    // Once, or again while a slow disk writes.
    const progress = /(\r.\[K1\/1 system\.process\.cpu\.total\.norm\.pct, \d rows)+\r.\[Kexported 6 rows of 1 metrics/;
    expect(terminal.written).toMatch(progress);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).service)).toEqual(Array(NODES).fill("shop"));
  });
});
