import { expect, it } from "vitest";
import { isDamage, isRefused } from "./verify.js";

it("STO-21 a file that may not be opened is not taken for damaged", () => {
  const refused = 'IO Error: Cannot open file "/data/2026-05-05.g1.duckdb": Permission denied';
  expect([isRefused(refused), isDamage(refused)]).toEqual([true, false]);
  const damaged = "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block";
  expect([isRefused(damaged), isDamage(damaged)]).toEqual([false, true]);
});
