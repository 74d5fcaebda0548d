import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { QueryGate } from "./gate.js";

it("STO-18 lets a bounded number of queries wait, and goes on with them", async () => {
  const gate = new QueryGate();
  const waiting = Array.from({ length: 2000 }, (_, id) => gate.run(id, async () => id));
  await expect(gate.run(2000, async () => 2000)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  gate.cancel(0);
  await expect(waiting[0]).rejects.toMatchObject({ code: "CANCELLED" });
  const last = gate.run(2001, async () => "last");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  gate.open([connection]);
  expect(await Promise.all(waiting.slice(1))).toEqual(Array.from({ length: 1999 }, (_, index) => index + 1));
  expect(await last).toBe("last");
  await gate.close();
  connection.closeSync();
  instance.closeSync();
});
