import { afterEach, beforeEach, expect, it } from "vitest";
import { batchOf, metricsetAt, temporaryDirectory } from "./batch.testing.js";
import { openStore, type Store } from "./store.js";

const T = Date.UTC(2026, 4, 5, 12);
/** Readings beside the commits: without one snapshot some of them were torn, in every run. */
const READINGS = 120;

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

it("D-SRV-5 counts and times of a breakdown are of one moment, also while reports arrive", async () => {
  let reading = true;
  let written = 0;
  const write = async (): Promise<void> => {
    while (reading) {
      const samples = { "span.self_time.count": { value: 1 }, "span.self_time.sum.us": { value: 10 } };
      await store.write(
        batchOf([
          {
            ...metricsetAt(T + written, samples),
            transaction: { name: "GET /", type: "request" },
            span: { type: "app" },
          },
        ]),
      );
      written++;
    }
  };
  const writing = write();
  const torn: unknown[] = [];
  try {
    // The first commit makes a file, which can take longer than all readings of an empty store.
    for (let round = 0; round < READINGS || written <= 10; round++) {
      const { rows } = await store.breakdown({
        service: "shop",
        environment: undefined,
        node: undefined,
        transaction: undefined,
        transactionType: undefined,
        fromMs: T,
        toMs: T + 3_600_000,
        stepMs: 60_000,
      });
      for (const { count, sumUs } of rows) if (sumUs !== 10 * count) torn.push({ round, count, sumUs });
    }
  } finally {
    reading = false;
    await writing;
  }
  expect(torn).toEqual([]);
});

it("QRY-34 refuses a breakdown of more points than an answer should have, and says what to do", async () => {
  const samples = { "span.self_time.count": { value: 1 }, "span.self_time.sum.us": { value: 10 } };
  const names = Array.from({ length: 60 }, (_, index) => `GET /${index}`);
  const sets = names.map((name) => {
    return { ...metricsetAt(T, samples), transaction: { name, type: "request" }, span: { type: "app" } };
  });
  await store.write(batchOf(sets));
  const everything = { service: undefined, environment: undefined, node: undefined, transaction: undefined };
  const request = { ...everything, transactionType: undefined, fromMs: T, stepMs: 1000 };
  const { rows } = await store.breakdown({ ...request, toMs: T + 9_000_000 });
  expect(rows).toHaveLength(60);
  await expect(store.breakdown({ ...request, toMs: T + 10_000_000 })).rejects.toMatchObject({
    code: "TOO_MANY_POINTS",
    message: expect.stringMatching(/60 .* 10000 points; at most 550000 .* longer step/),
  });
});
