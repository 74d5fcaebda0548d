// What one small commit of the store costs, by its parts: the engine alone, in this process, with the tables and the statements of the store.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The engine as the server has it.
const { BIGINT, DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER, VARCHAR } = createRequire(
  new URL("../../packages/server/package.json", import.meta.url),
)("@duckdb/node-api");

const ROUNDS = 5;
const COMMITS = 200;

/** CPU time of the parts of a commit of `points` samples and four batch ids, µs; the least of several rounds. */
export async function commitCost(points) {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-commit-"));
  const instance = await DuckDBInstance.create(join(directory, "lock.duckdb"), { threads: "1" });
  const connection = await instance.connect();
  await connection.run(`ATTACH '${join(directory, "day.duckdb")}' AS day`);
  await connection.run("CREATE TABLE day.points(series INTEGER, time BIGINT, value DOUBLE)");
  await connection.run("CREATE TABLE day.batches(commit_id BIGINT, producer VARCHAR, first BIGINT, last BIGINT)");
  const columns = [
    new Int32Array(points).map((_, row) => row % 200),
    new BigInt64Array(points).fill(BigInt(Date.now())),
    new Float64Array(points).map(() => Math.random()),
  ];
  const append = async (table, chunk) => {
    const appender = await connection.createAppender(table, "main", "day");
    appender.appendDataChunk(chunk);
    appender.flushSync();
    appender.closeSync();
  };
  const parts = {
    begin: () => connection.run("BEGIN TRANSACTION"),
    points: () => {
      const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, DOUBLE], points);
      for (const [at, cells] of columns.entries()) {
        const vector = chunk.getColumnVector(at);
        vector.items.set(cells);
        vector.flush();
      }
      return append("points", chunk);
    },
    batchIds: () => {
      const chunk = DuckDBDataChunk.create([BIGINT, VARCHAR, BIGINT, BIGINT]);
      chunk.setRows(["a", "b", "c", "d"].map((producer) => [1n, producer, 1n, 1n]));
      return append("batches", chunk);
    },
    commit: () => connection.run("COMMIT"),
  };
  const least = {};
  for (let round = 0; round < ROUNDS; round++) {
    const used = Object.fromEntries(Object.keys(parts).map((part) => [part, 0]));
    for (let commit = 0; commit < COMMITS; commit++) {
      for (const [part, run] of Object.entries(parts)) {
        const before = process.cpuUsage();
        await run();
        const { user, system } = process.cpuUsage(before);
        used[part] += user + system;
      }
    }
    for (const part in used) least[part] = Math.min(least[part] ?? Infinity, Math.round(used[part] / COMMITS));
  }
  connection.closeSync();
  instance.closeSync();
  rmSync(directory, { recursive: true, force: true });
  return { samples: points, ...least };
}
