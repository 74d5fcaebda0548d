import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "./mutex.mjs";

const MUTEX = new URL("./mutex.mjs", import.meta.url).href;

let directory;
let lock;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-mutex-"));
  lock = join(directory, "deep", "setup.lock");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A process that adds 1 to a file `times` times, reading and writing with a pause between, as only a lock makes safe. */
function adder(counter, times) {
  const source = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { withLock } from ${JSON.stringify(MUTEX)};
    for (let i = 0; i < ${times}; i++) {
      await withLock(${JSON.stringify(lock)}, {}, async () => {
        const value = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
        await new Promise((resolve) => setTimeout(resolve, 5));
        writeFileSync(${JSON.stringify(counter)}, String(value + 1));
      });
    }`;
  return spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: "inherit" });
}

describe("withLock", () => {
  it("lets one process work at a time", async () => {
    const counter = join(directory, "counter");
    writeFileSync(counter, "0");
    const children = [adder(counter, 4), adder(counter, 4), adder(counter, 4)];
    await Promise.all(children.map((child) => once(child, "exit")));
    expect(readFileSync(counter, "utf8")).toBe("12");
    expect(existsSync(lock)).toBe(false);
  });

  it("breaks the lock of a process that was killed", async () => {
    const source = `
      import { withLock } from ${JSON.stringify(MUTEX)};
      await withLock(${JSON.stringify(lock)}, {}, async () => {
        console.log("held");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(existsSync(lock)).toBe(true);
    expect(await withLock(lock, {}, async () => "worked")).toBe("worked");
  });

  it("gives the lock back when its process is told to exit", async () => {
    const source = `
      import { withLock } from ${JSON.stringify(MUTEX)};
      await withLock(${JSON.stringify(lock)}, {}, async () => process.exit(3));`;
    const [code] = await once(spawn(process.execPath, ["--input-type=module", "-e", source]), "exit");
    expect(code).toBe(3);
    expect(existsSync(lock)).toBe(false);
  });

  it("breaks a lock whose heartbeat stopped, whoever held it", async () => {
    await withLock(lock, {}, async () => {}); // makes the directory
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: "another-host" }));
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(lock, longAgo, longAgo);
    expect(await withLock(lock, { staleMs: 60_000 }, async () => "worked")).toBe("worked");
  });

  it("waits for a live holder and says for whom", async () => {
    let finish = () => {};
    const first = withLock(lock, {}, () => new Promise((resolve) => (finish = resolve)));
    const waitedFor = [];
    let entered = false;
    let second = Promise.resolve();
    await new Promise((told) => {
      second = withLock(
        lock,
        {
          onWait: (pid) => {
            waitedFor.push(pid);
            told(undefined);
          },
        },
        async () => {
          entered = true;
        },
      );
    });
    expect(entered).toBe(false);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    finish(undefined);
    await Promise.all([first, second]);
    expect(entered).toBe(true);
    expect(waitedFor).toEqual([process.pid]);
  });

  it("releases after work that fails", async () => {
    await expect(withLock(lock, {}, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(lock)).toBe(false);
  });
});
