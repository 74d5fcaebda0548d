import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SETUP = new URL("./setup.mjs", import.meta.url).href;

/** Everything at once, then the docstrings of the packages whose code has none. */
const COMPILED = ["tsc", "types protocol", "types agent"];

let root;

/** A clone in small: npm, tsc and vite are scripts that write down that they were called and leave what the real ones leave. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tidegauge-setup-"));
  write("package-lock.json", lockfile({ prod: "1.0.0", dev: "1.0.0" }));
  write(
    "npm-cli.js",
    `const fs = require("node:fs");
    const args = process.argv.slice(2);
    fs.appendFileSync("calls", "npm " + args.slice(0, 2).join(" ") + "\\n");
    const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
    const fails = fs.existsSync("unreachable");
    if (fails && fs.readFileSync("unreachable", "utf8") === "once") fs.rmSync("unreachable");
    const isLeftOut = (path, entry) =>
      entry.optional && (fails || !entry.os.includes(process.platform) || path.endsWith("-gnu"));
    const packages = Object.fromEntries(Object.entries(lock.packages).filter(
      ([path, entry]) => path !== "" && !isLeftOut(path, entry) && !(args.includes("--omit=dev") && entry.dev)));
    fs.mkdirSync("node_modules/typescript/bin", { recursive: true });
    fs.mkdirSync("node_modules/vite/bin", { recursive: true });
    fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));
    fs.copyFileSync("tsc.js", "node_modules/typescript/bin/tsc");
    fs.copyFileSync("vite.js", "node_modules/vite/bin/vite.js");`,
  );
  write(
    "tsc.js",
    `const fs = require("node:fs");
    const [how, what] = process.argv.slice(2);
    fs.appendFileSync("calls", how === "-b" ? "tsc\\n" : "types " + what.split(/[\\\\/]/).at(-2) + "\\n");
    if (fs.existsSync("broken")) process.exit(2);
    for (const name of ["protocol", "agent", "server", "cli"]) {
      fs.mkdirSync("packages/" + name + "/dist", { recursive: true });
      fs.writeFileSync("packages/" + name + "/dist/.tsbuildinfo", "");
    }`,
  );
  write(
    "vite.js",
    `const fs = require("node:fs");
    fs.appendFileSync("../../calls", "vite\\n");
    fs.mkdirSync("../server/dashboard", { recursive: true });
    fs.writeFileSync("../server/dashboard/index.html", "");`,
  );
  for (const name of ["protocol", "agent", "server", "cli"]) write(`packages/${name}/src/index.ts`, "export {};");
  write("packages/dashboard/src/main.tsx", "");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function lockfile({ prod, dev }) {
  return JSON.stringify({
    packages: {
      "": {},
      "node_modules/prod": { version: prod },
      "node_modules/dev": { version: dev, dev: true },
      "node_modules/binary-another-platform": { version: prod, optional: true, os: ["none"], cpu: [process.arch] },
      "node_modules/binary-gnu": { version: prod, optional: true, os: [process.platform], cpu: [process.arch] },
      "node_modules/binary-musl": { version: prod, optional: true, os: [process.platform], cpu: [process.arch] },
      "node_modules/@tidegauge/agent": { link: true, resolved: "packages/agent" },
    },
  });
}

/** Sets up in a process of its own. @returns {Promise<{ code: number, output: string }>} */
async function setUp(scope) {
  const source = `
    import { setUp } from ${JSON.stringify(SETUP)};
    try { await setUp(${JSON.stringify(root)}, ${JSON.stringify(scope)}, (line) => console.error(line)); }
    catch (error) { console.error(error.message); process.exitCode = 1; }`;
  const env = { ...process.env, npm_execpath: join(root, "npm-cli.js") };
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  return { code, output };
}

/** What was called since this was asked last. */
function calls() {
  const path = join(root, "calls");
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").trim().split("\n");
  rmSync(path);
  return lines;
}

describe("setUp", () => {
  it("installs, compiles and builds in a fresh clone, and does nothing in one that is set up", async () => {
    expect(await setUp("start")).toMatchObject({ code: 0 });
    expect(calls()).toEqual(["npm ci --omit=dev", ...COMPILED, "vite"]);
    expect(await setUp("start")).toEqual({ code: 0, output: "" });
    expect(calls()).toEqual([]);
  });

  it("installs the rest for the tests, and keeps it for the next start", async () => {
    await setUp("start");
    calls();
    await setUp("all");
    expect(calls()).toEqual(["npm ci --include=dev"]);
    await setUp("start");
    expect(calls()).toEqual([]);
  });

  it("installs again when the lockfile names another version", async () => {
    await setUp("all");
    calls();
    write("package-lock.json", lockfile({ prod: "1.0.0", dev: "1.0.1" }));
    await setUp("start");
    expect(calls(), "a development package does not matter to start").toEqual([]);
    await setUp("all");
    expect(calls()).toEqual(["npm ci --include=dev"]);
    write("package-lock.json", lockfile({ prod: "1.1.0", dev: "1.0.1" }));
    await setUp("start");
    expect(calls()).toEqual(["npm ci --omit=dev"]);
  });

  it("installs again for another platform or Node line, and after an interrupted installation", async () => {
    await setUp("start");
    write(".cache/install.stamp", "linux-x64 node 18");
    calls();
    await setUp("start");
    expect(calls()).toEqual(["npm ci --omit=dev"]);
    rmSync(join(root, "node_modules", ".package-lock.json")); // npm writes it last
    await setUp("start");
    expect(calls()).toEqual(["npm ci --omit=dev"]);
  });

  it("installs once more where npm left out this platform's binary, and says so when that does not help", async () => {
    write("unreachable", "once");
    expect(await setUp("start")).toMatchObject({ code: 0 });
    expect(calls()).toEqual(["npm ci --omit=dev", "npm ci --omit=dev", ...COMPILED, "vite"]);
    rmSync(join(root, "node_modules"), { recursive: true });
    write("unreachable", "always");
    const { code, output } = await setUp("start");
    expect(code).toBe(1);
    expect(output).toContain("without installing everything");
  });

  it("compiles again after a change of a source, not of a test", async () => {
    await setUp("start");
    calls();
    write("packages/server/src/index.test.ts", "a test");
    await setUp("start");
    expect(calls()).toEqual([]);
    write("packages/server/src/index.ts", "export const changed = 1;");
    await setUp("start");
    expect(calls()).toEqual(COMPILED);
    write("packages/dashboard/src/main.tsx", "changed");
    await setUp("start");
    expect(calls()).toEqual(["vite"]);
  });

  it("builds again what was removed", async () => {
    await setUp("start");
    calls();
    rmSync(join(root, "packages", "agent", "dist"), { recursive: true });
    rmSync(join(root, "packages", "server", "dashboard"), { recursive: true });
    await setUp("start");
    expect(calls()).toEqual([...COMPILED, "vite"]);
  });

  it("fails with the command's name, and tries again the next time", async () => {
    write("broken", "");
    const { code, output } = await setUp("start");
    expect(code).toBe(1);
    expect(output).toContain("tsc -b ended with exit code 2");
    rmSync(join(root, "broken"));
    calls();
    expect(await setUp("start")).toMatchObject({ code: 0 });
    expect(calls()).toEqual([...COMPILED, "vite"]);
  });

  it("does each step once when several commands start at the same time", async () => {
    appendFileSync(join(root, "tsc.js"), "\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);");
    const results = await Promise.all([setUp("start"), setUp("start"), setUp("start")]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(calls()).toEqual(["npm ci --omit=dev", ...COMPILED, "vite"]);
  });
});
