import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RecordingLogger } from "../../logging/recording-logger.testing.js";
import type { Batch } from "../batch.js";
import { FakeServer } from "../fake-server.testing.js";
import { accountedFor, harness, until } from "../harness.testing.js";
import { ManualClock } from "../manual-clock.testing.js";
import { Spool, type SpoolOptions } from "./spool.js";
import { isAbandoned, thisOwner } from "./spool-lock.js";
import { decodeRecord, encodeRecord } from "./spool-record.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-spool-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function batch(sequence: number, bytes = 100): Batch {
  return {
    sequence,
    id: `a:${sequence}`,
    events: 2,
    parts: [Buffer.alloc(bytes, 97)],
    gzip: true,
    bytes,
    forced: false,
  };
}

const METADATA = Buffer.from("metadata");

interface Opened {
  spool: Spool;
  logger: RecordingLogger;
  counts: { inherited: number; dropped: number };
}

async function open(ephemeralId: string, options: Partial<SpoolOptions> = {}): Promise<Opened> {
  const logger = new RecordingLogger();
  const counts = { inherited: 0, dropped: 0 };
  const spool = new Spool({
    directory,
    serviceName: "my shop",
    ephemeralId,
    limitBytes: 10_000,
    logger,
    clock: new ManualClock(),
    inherited: (events) => {
      counts.inherited += events;
    },
    dropped: (events) => {
      counts.dropped += events;
    },
    ...options,
  });
  await spool.open();
  return { spool, logger, counts };
}

/** Makes the lock look like that of a process that has died. */
function kill(ephemeralId: string): void {
  const path = join(directory, "my_shop", `${process.pid}-${ephemeralId}`, "lock");
  writeFileSync(path, JSON.stringify({ ...thisOwner(), pid: deadPid() }));
}

function deadPid(): number {
  return Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
}

describe("records", () => {
  it("W-91 hold everything needed to send the batch again", () => {
    const original = { ...batch(7), parts: [Buffer.from("ab"), Buffer.from("c")], bytes: 3 };
    expect(decodeRecord(encodeRecord(original, METADATA), "f")).toEqual({
      sequence: 0,
      id: "a:7",
      events: 2,
      gzip: true,
      metadata: METADATA,
      parts: [Buffer.from("abc")],
      bytes: 3,
      forced: false,
      file: "f",
    });
  });

  it("W-91 that are torn or changed anywhere are noticed", () => {
    const record = encodeRecord(batch(1), METADATA);
    for (let length = 0; length < record.length; length += 7)
      expect(decodeRecord(record.subarray(0, length), "f")).toBeUndefined();
    for (let at = 0; at < record.length; at += 5) {
      const changed = Buffer.from(record);
      changed[at] = (changed[at] as number) ^ 1;
      expect(decodeRecord(changed, "f"), `byte ${at}`).toBeUndefined();
    }
  });
});

describe("the spool", () => {
  it("W-91 gives batches back in order, the oldest first, and forgets what is removed", async () => {
    const { spool } = await open("e");
    for (let i = 1; i <= 3; i++) expect(await spool.save(batch(i), METADATA)).toMatch(/\.batch$/);
    expect(spool.saveSync(batch(4), METADATA)).toMatch(/a-4\.batch$/);
    const taken = await spool.takeOldest();
    expect(taken?.id).toBe("a:1");
    spool.putBack(taken as Batch);
    const ids: string[] = [];
    for (let next = await spool.takeOldest(); next; next = await spool.takeOldest()) {
      ids.push(next.id);
      spool.remove(next.file as string);
    }
    expect(ids).toEqual(["a:1", "a:2", "a:3", "a:4"]);
    await until(() => readdirSync(join(directory, "my_shop", `${process.pid}-e`)).length === 1);
    spool.close();
    expect(readdirSync(join(directory, "my_shop"))).toEqual([]);
  });

  it("W-91 keeps within spool_size by dropping the oldest; the lock does not count", async () => {
    const { spool, counts } = await open("e", { limitBytes: 1000 });
    for (let i = 1; i <= 10; i++) expect(await spool.save(batch(i, 200), METADATA)).toBeDefined();
    expect(spool.length).toBeLessThan(5);
    expect(counts.dropped).toBe((10 - spool.length) * 2);
    const home = join(directory, "my_shop", `${process.pid}-e`);
    const bytes = (): number =>
      readdirSync(home)
        .filter((name) => name !== "lock")
        .reduce((sum, name) => sum + statSync(join(home, name)).size, 0);
    await until(() => readdirSync(home).length === spool.length + 1);
    expect(bytes()).toBeLessThanOrEqual(1000);
    expect((await spool.takeOldest())?.id).toBe(`a:${10 - spool.length}`);
    expect(await spool.save(batch(11, 5000), METADATA), "larger than the whole spool").toBeUndefined();
    spool.close();
  });

  it("W-91 takes over what a dead process left, once, with its ids and metadata", async () => {
    const dead = await open("dead");
    await dead.spool.save(batch(1), METADATA);
    await dead.spool.save(batch(2), METADATA);
    kill("dead");
    const [first, second] = await Promise.all([open("heir1"), open("heir2")]);
    expect(first.counts.inherited + second.counts.inherited).toBe(4);
    const heir = first.counts.inherited > 0 ? first : second;
    expect(heir.spool.length).toBe(2);
    const taken = await heir.spool.takeOldest();
    expect(taken).toMatchObject({ id: "a:1", events: 2, gzip: true });
    expect(Buffer.from(taken?.metadata as Uint8Array).toString()).toBe("metadata");
    expect(heir.logger.of("info")[0]).toMatch(/4 events of an ended process/);
    first.spool.close();
    second.spool.close();
  });

  it("W-91 goes on saving while it takes over more than fits, and keeps within spool_size", async () => {
    const dead = await open("dead");
    for (let i = 1; i <= 8; i++) await dead.spool.save(batch(i, 1000), METADATA);
    kill("dead");
    const dropped: number[] = [];
    const heir = new Spool({
      directory,
      serviceName: "my shop",
      ephemeralId: "heir",
      limitBytes: 3_000,
      logger: new RecordingLogger(),
      clock: new ManualClock(),
      inherited: () => {},
      dropped: (events) => dropped.push(events),
    });
    let opened = false;
    const opening = heir.open().then(() => {
      opened = true;
    });
    let saved = 0;
    while (!opened) {
      if (heir.saveSync({ ...batch(100 + saved), id: `b:${saved}` }, METADATA) !== undefined) saved++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await opening;
    const kept = heir.length * 2;
    expect(saved).toBeGreaterThan(0);
    expect(kept + dropped.reduce((sum, events) => sum + events, 0)).toBe((8 + saved) * 2);
    heir.close();
  });

  it("W-91 leaves a living process its spool, and takes what a closed one left behind", async () => {
    const living = await open("living");
    await living.spool.save(batch(1), METADATA);
    const other = await open("other");
    expect(other.counts.inherited).toBe(0);
    other.spool.close();
    living.spool.close();
    const heir = await open("heir");
    expect(heir.counts.inherited).toBe(2);
    heir.spool.close();
  });

  it("W-91 goes on with the inheritance of an heir that died while taking over", async () => {
    const dead = await open("dead");
    await dead.spool.save(batch(1), METADATA);
    kill("dead");
    const halfway = await open("halfway");
    kill("halfway");
    const nested = join(directory, "my_shop", `${process.pid}-halfway`);
    const file = readdirSync(nested).find((name) => name.endsWith(".batch")) as string;
    mkdirSync(join(nested, "of-dead"));
    writeFileSync(join(nested, "of-dead", `0${file}`), readFileSync(join(nested, file)));
    const heir = await open("heir");
    expect(heir.counts.inherited).toBe(4);
    heir.spool.close();
    halfway.spool.close();
  });

  it("W-91 loses only the torn record", async () => {
    const dead = await open("dead");
    for (let i = 1; i <= 3; i++) await dead.spool.save(batch(i), METADATA);
    const home = join(directory, "my_shop", `${process.pid}-dead`);
    const second = readdirSync(home).sort()[1] as string;
    truncateSync(join(home, second), 50);
    kill("dead");
    const heir = await open("heir");
    expect(heir.counts.inherited).toBe(4);
    expect(heir.logger.of("warn")).toEqual([expect.stringContaining("1 damaged records")]);
    heir.spool.close();
  });

  it("W-91 drops a record of its own that was damaged, and counts it", async () => {
    const { spool, counts, logger } = await open("e");
    await spool.save(batch(1), METADATA);
    await spool.save(batch(2), METADATA);
    const home = join(directory, "my_shop", `${process.pid}-e`);
    truncateSync(join(home, readdirSync(home).sort()[0] as string), 20);
    expect((await spool.takeOldest())?.id).toBe("a:2");
    expect(counts.dropped).toBe(2);
    expect(logger.of("warn")).toEqual([expect.stringContaining("damaged")]);
    spool.close();
  });

  it("W-90, W-91 sends nothing that is older than the seven days for which a server knows batch ids", async () => {
    const { spool, counts, logger } = await open("e");
    const now = vi.spyOn(Date, "now");
    try {
      now.mockReturnValue(1_700_000_000_000);
      await spool.save(batch(1), METADATA);
      now.mockReturnValue(1_700_000_000_000 + 6 * 86_400_000);
      await spool.save(batch(2), METADATA);
      now.mockReturnValue(1_700_000_000_000 + 8 * 86_400_000);
      expect((await spool.takeOldest())?.id).toBe("a:2");
    } finally {
      now.mockRestore();
    }
    expect(counts.dropped).toBe(2);
    expect(logger.of("warn")).toEqual([expect.stringContaining("older than seven days")]);
    spool.close();
  });

  it("W-94 a take-over that fails is a warning, never an exception", async () => {
    const logger = new RecordingLogger();
    const dead = await open("dead");
    await dead.spool.save(batch(1), METADATA);
    kill("dead");
    const heir = await open("heir", {
      logger,
      inherited: () => {
        throw new Error("unexpected");
      },
    });
    expect(logger.of("warn")).toEqual([expect.stringContaining("taking over")]);
    heir.spool.close();
  });

  it("W-91 looks for dead processes again every minute and keeps its lock fresh", async () => {
    const clock = new ManualClock();
    const heir = await open("heir", { clock });
    const dead = await open("dead");
    await dead.spool.save(batch(1), METADATA);
    kill("dead");
    const lock = join(directory, "my_shop", `${process.pid}-heir`, "lock");
    utimesSync(lock, 0, 0);
    await clock.pass(60_000);
    await until(() => heir.counts.inherited === 2);
    expect(statSync(lock).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    heir.spool.close();
  });
});

it("W-91, W-93 a batch that is written twice, by a slow disk and at the end of the process, is sent and counted once", {
  timeout: 120_000,
}, async () => {
  const server = await FakeServer.start();
  const { port } = server;
  await server.stop();
  let finish: () => void = () => {};
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let writing = false;
  const disk = {
    async write(path: string, data: Uint8Array) {
      writing = true;
      await slow;
      writeFileSync(path, data);
    },
    writeSync: writeFileSync,
  };
  const { transport, queue } = harness(
    { serverUrl: `http://127.0.0.1:${port}`, spoolDir: directory, apiRequestTime: "50ms" },
    { disk },
  );
  transport.start();
  queue(3);
  await until(() => writing);
  transport.saveSync();
  expect(transport.stats()).toMatchObject({ recorded: 3, queued: 0, spooled: 3 });
  finish();
  await server.listen(port);
  // On a busy machine the back-off may have grown to its longest by now.
  await expect.poll(() => transport.stats().accepted, { timeout: 60_000 }).toBe(3);
  queue(1);
  await expect.poll(() => transport.stats().accepted, { timeout: 60_000 }).toBe(4);
  expect(transport.stats()).toMatchObject({ recorded: 4, spooled: 0, queued: 0 });
  expect(new Set(server.batches.map(({ headers }) => headers["x-tidegauge-batch"])).size).toBe(2);
  await transport.close();
  expect(readdirSync(join(directory, "test"))).toEqual([]);
  await server.stop();
});

describe("the lock", () => {
  function lock(owner: object, ageMs = 0): string {
    const path = join(directory, "lock");
    writeFileSync(path, JSON.stringify(owner));
    const time = new Date(Date.now() - ageMs);
    utimesSync(path, time, time);
    return path;
  }

  it("W-91 tells the dead from the living, also when the pid is used again", () => {
    const own = thisOwner();
    const abandoned = (owner: object, ageMs = 0): boolean => isAbandoned(lock(owner, ageMs), Date.now());
    expect(abandoned(own)).toBe(false);
    expect(abandoned({ ...own, pid: deadPid() })).toBe(true);
    expect(abandoned({ ...own, host: "elsewhere" })).toBe(false);
    expect(abandoned({ ...own, host: "elsewhere" }, 600_000)).toBe(true);
    expect(abandoned({ ...own, boot: "another" }), "before the machine was restarted").toBe(true);
    if (process.platform === "linux")
      expect(abandoned({ ...own, started: "1" }), "another process, same pid").toBe(true);
    expect(isAbandoned(join(directory, "missing"), Date.now())).toBe(true);
    writeFileSync(join(directory, "torn"), "{");
    expect(isAbandoned(join(directory, "torn"), Date.now())).toBe(true);
  });

  it("W-91 takes a zombie for dead", async () => {
    if (process.platform !== "linux") {
      console.log("skipped: there are no zombies to tell on this platform");
      return;
    }
    // A shell that never waits for its child: the child stays a zombie as long as the shell runs.
    const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
    const [output] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(output.toString());
    await until(() => readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z "), "a zombie");
    expect(isAbandoned(lock({ ...thisOwner(), pid, started: "" }), Date.now())).toBe(true);
    parent.kill();
  });
});

describe("a disk that fails", () => {
  const refuse = (code: string) => {
    const error = Object.assign(new Error(`${code}: refused`), { code });
    return {
      write: () => Promise.reject(error),
      writeSync: () => {
        throw error;
      },
    };
  };

  it("W-92 a disk that failed a moment ago is tried once more at the end of the process", async () => {
    const { write } = refuse("EIO");
    const disk = { write, writeSync: writeFileSync };
    const { transport, queue } = harness({ serverUrl: "http://127.0.0.1:1", spoolDir: directory }, { disk });
    transport.start();
    queue(1);
    await transport.flush(100).catch(() => {});
    queue(1);
    expect(transport.stats()).toMatchObject({ queued: 2, spooled: 0 });
    transport.endSync();
    expect(transport.stats()).toMatchObject({ queued: 0, spooled: 2, dropped: { closed: 0 } });
  });

  it("W-94 leaves nothing of a file that could not be written at the end", async () => {
    const disk = {
      write: () => Promise.reject(new Error("EIO")),
      writeSync: (path: string) => {
        writeFileSync(path, "half of i");
        throw Object.assign(new Error("ENOSPC: refused"), { code: "ENOSPC" });
      },
    };
    const { transport, queue } = harness({ serverUrl: "http://127.0.0.1:1", spoolDir: directory }, { disk });
    queue(1);
    transport.endSync();
    expect(transport.stats()).toMatchObject({ dropped: { closed: 1 } });
    expect(readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))).toEqual([]);
  });

  it.each(["ENOSPC", "EROFS", "EACCES"])(
    "W-94 %s: one warning, events stay in memory, nothing throws",
    async (code) => {
      const server = await FakeServer.start();
      const { port } = server;
      await server.stop();
      const { transport, queue, logger } = harness(
        { serverUrl: `http://127.0.0.1:${port}`, spoolDir: directory, apiRequestTime: "50ms" },
        { disk: refuse(code) },
      );
      transport.start();
      for (let i = 0; i < 5; i++) {
        queue(1);
        await transport.flush().catch(() => {});
      }
      transport.saveSync();
      expect(transport.stats()).toMatchObject({ recorded: 5, queued: 5, spooled: 0 });
      expect(logger.of("warn")).toEqual([expect.stringMatching(/spool_dir .* cannot be written .*memory only/)]);
      await server.listen(port);
      await until(() => transport.stats().accepted === 5);
      await transport.close();
      await server.stop();
    },
  );

  it("W-94 a real full disk", async () => {
    const mounted = mountTmpfs(directory, "64k");
    if (!mounted) {
      console.log("skipped: mounting a tmpfs needs root");
      return;
    }
    try {
      const { transport, queue, logger } = harness({
        serverUrl: "http://127.0.0.1:1",
        spoolDir: directory,
        apiRequestTime: "20ms",
      });
      transport.start();
      for (let i = 0; i < 30; i++) {
        queue(1, 8000);
        await transport.flush().catch(() => {});
      }
      const stats = transport.stats();
      expect(stats.spooled).toBeGreaterThan(0);
      expect(stats.queued).toBeGreaterThan(0);
      expect(accountedFor(stats)).toBe(30);
      expect(logger.of("warn")).toEqual([expect.stringContaining("ENOSPC")]);
      await transport.close(1);
      expect(accountedFor(transport.stats())).toBe(30);
    } finally {
      execFileSync("umount", ["-l", directory]);
    }
  });

  it("W-94 a real read-only directory", async () => {
    if (!mountTmpfs(directory, "64k")) {
      console.log("skipped: mounting a tmpfs needs root");
      return;
    }
    try {
      execFileSync("mount", ["-o", "remount,ro", directory]);
      const { transport, queue, logger } = harness({
        serverUrl: "http://127.0.0.1:1",
        spoolDir: directory,
        apiRequestTime: "20ms",
      });
      transport.start();
      queue(2);
      await transport.flush().catch(() => {});
      expect(transport.stats()).toMatchObject({ recorded: 2, queued: 2 });
      expect(logger.of("warn")).toEqual([expect.stringContaining("EROFS")]);
      await transport.close(1);
    } finally {
      execFileSync("umount", ["-l", directory]);
    }
  });
});

function mountTmpfs(path: string, size: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path], { stdio: "ignore" });
    return existsSync(path);
  } catch {
    return false;
  }
}
