import { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryDirectory } from "../batch.testing.js";
import { workerOptions } from "../store-options.js";
import { rollBack } from "../write/rollback.js";
import { Room } from "./room.js";

describe("an interrupted query", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let room: Room;
  let call = 1;
  beforeEach(async () => {
    directory = temporaryDirectory();
    const news = { log: () => {}, writable: () => {}, durable: () => {} };
    room = new Room(workerOptions(directory.path, { dataDir: directory.path, maintenanceMs: 0 }), news);
    await room.answer(call++, "open", null);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await room.answer(call++, "close", null);
    directory.remove();
  });

  /** The next statement of this text is interrupted, before or after the engine did it. */
  function interruptNext(statement: string, done: boolean): void {
    const run = DuckDBConnection.prototype.run;
    let interrupted = false;
    vi.spyOn(DuckDBConnection.prototype, "run").mockImplementation(async function (
      this: DuckDBConnection,
      sql,
      ...rest
    ) {
      if (sql !== statement || interrupted) return run.call(this, sql, ...rest);
      interrupted = true;
      if (done) await run.call(this, sql, ...rest);
      throw new Error("INTERRUPT Error: Interrupted!");
    });
  }

  it.each([
    ["when its end was hit", "ROLLBACK", false],
    ["when its beginning was hit", "BEGIN TRANSACTION", true],
    ["when its beginning was hit too early", "BEGIN TRANSACTION", false],
  ])("STO-18 leaves nothing behind that keeps the next one from its answer, %s", async (_when, statement, done) => {
    interruptNext(statement, done);
    const three = Array.from({ length: 3 }, () => room.answer(call++, "services", null));
    expect(await Promise.all(three)).toEqual([[], [], []]);
    for (let index = 0; index < 3; index++) expect(await room.answer(call++, "services", null)).toEqual([]);
  });

  it("leaves its connection fit for the next one, whenever the interrupt comes", async () => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    try {
      for (let round = 0; round < 500; round++) {
        await connection.run("BEGIN TRANSACTION");
        await connection.run("SELECT sum(range) FROM range(1000)");
        const rolledBack = rollBack(connection);
        // The engine works in another thread: some of these interrupts meet it at work.
        const until = performance.now() + (round % 50) / 500;
        while (performance.now() < until);
        connection.interrupt();
        await rolledBack;
      }
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
});
