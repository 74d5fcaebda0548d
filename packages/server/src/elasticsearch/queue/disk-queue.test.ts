import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BulkPiece } from "../bulk/bulk.js";
import { DiskQueue, type QueuedBody } from "./disk-queue.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-queue-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const piece = (text: string): BulkPiece => ({ body: Buffer.from(`{"create":{}}\n{"a":"${text}"}\n`), count: 1 });
const fail = (name: string): never => {
  throw new Error(`${name} is damaged`);
};

/** All that lies in the queue, oldest first, taken out. */
async function emptied(queue: DiskQueue): Promise<string> {
  let text = "";
  for (let queued = await queue.oldest(1e6, fail); queued !== undefined; queued = await queue.oldest(1e6, fail)) {
    text += queued.body.toString();
    await queue.remove(queued);
  }
  return [...text.matchAll(/"a":"(\w+)"/g)].map(([, value]) => value).join(" ");
}

describe("the disk queue", () => {
  it("D-SRV-5 keeps what it took, in order, across a restart", async () => {
    const queue = new DiskQueue(directory, 1e6);
    for (const text of ["a", "b", "c"]) expect(await queue.append([piece(text)])).toBe(true);
    const next = new DiskQueue(directory, 1e6);
    expect(next.bytes).toBe(queue.bytes);
    expect(await next.append([piece("d")])).toBe(true);
    expect(await emptied(next)).toBe("a b c d");
    expect([next.isEmpty, next.bytes, readdirSync(directory)]).toEqual([true, 0, []]);
  });

  it("writes what comes together into one file, and starts another when that gets large", async () => {
    const queue = new DiskQueue(directory, 1e9);
    const kept = Array.from({ length: 40 }, (_, index) => queue.append([piece(`x${index}`)]));
    await Promise.all(kept);
    expect(readdirSync(directory)).toHaveLength(2);
    const large = piece("y".repeat(3_000_000));
    await Promise.all(Array.from({ length: 5 }, () => queue.append([large])));
    expect(readdirSync(directory)).toHaveLength(5);
  });

  it("SRV-81 gives small files together, up to the size of a request, and passes over a damaged one between them", async () => {
    const queue = new DiskQueue(directory, 1e6);
    for (const text of ["a", "b", "c", "d"]) await queue.append([piece(text)]);
    const [, second] = readdirSync(directory).sort() as [string, string];
    writeFileSync(join(directory, second), "cut");
    const size = queue.bytes / 4;
    const damaged: string[] = [];
    const queued = await queue.oldest(2 * size, (name) => damaged.push(name));
    expect(queued?.body.toString()).toBe(Buffer.concat([piece("a").body, piece("c").body]).toString());
    expect(damaged).toEqual([second]);
    if (queued) await queue.remove(queued);
    expect(queue.bytes).toBe(size);
    expect(await emptied(queue)).toBe("d");
  });

  it("SRV-83 refuses what goes beyond its limit and says so until room is made", async () => {
    const queue = new DiskQueue(directory, 100);
    expect(await queue.append([piece("a")])).toBe(true);
    expect(queue.problem).toBeUndefined();
    expect(await queue.append([piece("b".repeat(100))])).toBe(false);
    expect(queue.problem).toBe("the disk queue is full");
    expect(await emptied(queue)).toBe("a");
    expect(queue.problem).toBeUndefined();
  });

  it("SRV-82 gives what is held apart from the others, and keeps it behind them while the disk takes nothing", async () => {
    const queue = new DiskQueue(directory, 1e6);
    await queue.append([piece("a"), piece("b")]);
    await queue.append([piece("c")]);
    const first = (await queue.oldest(1, fail)) as QueuedBody;
    renameSync(directory, `${directory}-aside`);
    expect(await queue.keepApart(first, piece("b"))).toBe(false);
    renameSync(`${directory}-aside`, directory);
    expect(await emptied(queue)).toBe("c a b");
    await queue.append([piece("a"), piece("b")]);
    expect(await queue.keepApart((await queue.oldest(1, fail)) as QueuedBody, piece("b"))).toBe(true);
    await queue.hold([piece("d")]);
    expect(queue.heldBytes).toBe(queue.bytes);
    expect(await queue.oldest(1e6, fail)).toBeUndefined();
    const next = new DiskQueue(directory, 1e6);
    expect(next.heldBytes).toBe(queue.bytes);
    const held = (await next.oldest(1, fail, { isHeld: true })) as QueuedBody;
    expect(held.body).toEqual(piece("b").body);
    // Nothing of it was taken: it goes to the end, and no file is written.
    const names = readdirSync(directory);
    expect(await next.keepApart(held, piece("b"))).toBe(true);
    expect((await next.oldest(1, fail, { isHeld: true }))?.body).toEqual(piece("d").body);
    expect(readdirSync(directory)).toEqual(names);
  });

  it("keeps nothing of what could not be written, and works again when the disk does", async () => {
    const queue = new DiskQueue(directory, 1e6);
    rmSync(directory, { recursive: true });
    expect(await queue.append([piece("lost")])).toBe(false);
    expect(queue.problem).toContain("ENOENT");
    mkdirSync(directory);
    expect(await queue.append([piece("kept")])).toBe(true);
    expect(queue.problem).toBeUndefined();
    expect(await emptied(queue)).toBe("kept");
  });

  it("does not overwrite the files of another server that was given the same directory by mistake", async () => {
    const queues = [new DiskQueue(directory, 1e6), new DiskQueue(directory, 1e6)];
    for (const [index, queue] of queues.entries()) await queue.append([piece(`from${index}`)]);
    const heir = new DiskQueue(directory, 1e6);
    expect((await emptied(heir)).split(" ").sort()).toEqual(["from0", "from1"]);
    // What the other has sent already is no damage.
    expect(await emptied(queues[0] as DiskQueue)).toBe("");
  });

  it("does not take a file for damaged that cannot be read at the moment", async () => {
    const queue = new DiskQueue(directory, 1e6);
    await queue.append([piece("a")]);
    const [name] = readdirSync(directory) as [string];
    renameSync(join(directory, name), join(directory, "aside"));
    mkdirSync(join(directory, name));
    await expect(queue.oldest(1e6, fail)).rejects.toThrow("EISDIR");
    rmdirSync(join(directory, name));
    renameSync(join(directory, "aside"), join(directory, name));
    expect(await emptied(queue)).toBe("a");
  });

  it("takes away what a crash left half written, and passes over a file that was cut", async () => {
    const queue = new DiskQueue(directory, 1e6);
    await queue.append([piece("whole")]);
    writeFileSync(join(directory, "000000000000-x.bulk.writing"), "half");
    writeFileSync(join(directory, "000000000000-y.bulk"), "cut");
    const next = new DiskQueue(directory, 1e6);
    const damaged: string[] = [];
    const queued = await next.oldest(1e6, (name) => damaged.push(name));
    expect(queued?.body.toString()).toContain("whole");
    expect(damaged).toEqual(["000000000000-y.bulk"]);
    expect(readdirSync(directory).filter((name) => name.endsWith(".writing"))).toEqual([]);
  });
});
