import { afterEach, beforeEach, expect, it } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "../batch.testing.js";
import { openStore, type Store } from "../store.js";

const T = Date.UTC(2026, 4, 5, 12);
const WINDOW = { metric: "transaction.duration.us", fromMs: T, toMs: T + 60_000, aggregation: "count" as const };
let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;

beforeEach(async () => {
  directory = temporaryDirectory();
  store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
});
afterEach(async () => {
  await store.close();
  directory.remove();
});

it("BD-60 QRY-11 transaction metrics, whose names are labels, answer to transaction.name as the breakdown does", async () => {
  const duration = (name: string, count: number) =>
    metricsetAt(
      T + 1000,
      { "transaction.duration.us": { values: [10], counts: [count], type: "histogram", temporality: "delta" } },
      { "transaction.name": name, "transaction.type": "request", "event.outcome": "success" },
    );
  await store.write(batchOf([duration("GET /a", 3), duration("GET /b", 4)]));
  const groups = async (request: object): Promise<[Record<string, string>, number][]> => {
    const { series } = await store.scan(scanOf({ ...WINDOW, ...request }));
    return series.map(({ labels, values }) => [labels, values[0] as number]);
  };
  expect(await groups({ groupBy: ["transaction.name"] })).toEqual([
    [{ "transaction.name": "GET /a" }, 3],
    [{ "transaction.name": "GET /b" }, 4],
  ]);
  expect(await groups({ filters: [{ key: "transaction.name", value: "GET /b" }] })).toEqual([[{}, 4]]);
  expect(await groups({ filters: [{ key: "transaction_name", value: "GET /b" }] })).toEqual([[{}, 4]]);
});

it("QRY-11 a label may have the name of something that every object has", async () => {
  const names = ["constructor", "toString", "hasOwnProperty", "__proto__"];
  await store.write(
    batchOf(
      names.map((name, index) =>
        metricsetAt(T + index, { m: { value: index + 1, temporality: "delta" } }, { [name]: "x" }),
      ),
    ),
  );
  for (const [index, name] of names.entries()) {
    const request = scanOf({ metric: "m", fromMs: T, toMs: T + 60_000, aggregation: "sum", groupBy: [name] });
    const { series } = await store.scan({ ...request, filters: [{ key: name, value: "x" }] });
    expect(series.map(({ labels, values }) => [Object.entries(labels), values[0]])).toEqual([
      [[[name, "x"]], index + 1],
    ]);
  }
});
