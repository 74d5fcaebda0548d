import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchOf, metricsetAt, temporaryDirectory } from "../batch.testing.js";
import { openStore, type Store } from "../store.js";

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

describe("QRY-34 a breakdown of more rows than an answer holds", () => {
  const TYPES = ["app", "db", "cache", "external"];
  /** Transaction `n` takes 10 × (n + 1) µs of each span type. */
  const write = (count: number) =>
    store.write(
      batchOf(
        Array.from({ length: count }, (_, n) => n).flatMap((n) =>
          TYPES.map((type) => ({
            ...metricsetAt(T, {
              "span.self_time.count": { value: 1 },
              "span.self_time.sum.us": { value: 10 * (n + 1) },
            }),
            transaction: { name: `GET /${n}`, type: "request" },
            span: { type },
          })),
        ),
      ),
    );
  const read = async (windowMs: number, stepMs: number) => {
    const none = { environment: undefined, node: undefined, transaction: undefined, transactionType: undefined };
    const { rows } = await store.breakdown({ service: "shop", ...none, fromMs: T, toMs: T + windowMs, stepMs });
    const others = rows.filter(({ transactionName }) => transactionName === "_other");
    const byType = TYPES.map((type) => {
      const ofType = rows.filter(({ spanType }) => spanType === type);
      return [ofType.reduce((sum, row) => sum + row.sumUs, 0), ofType.reduce((sum, row) => sum + row.count, 0)];
    });
    return { rows, others, byType };
  };

  it("joins the transactions with least time, each span type by itself", async () => {
    await write(300);
    const { rows, others, byType } = await read(600_000, 60_000);
    expect(rows).toHaveLength(1000);
    // 996 rows for the 249 with most time, and 4 for the 51 with least.
    expect(others.map(({ spanType, sumUs, count }) => [spanType, sumUs, count]).sort()).toEqual(
      TYPES.map((type) => [type, (10 * 51 * 52) / 2, 51]).sort(),
    );
    expect(others.map(({ values }) => values[0])).toEqual(Array(4).fill((10 * 51 * 52) / 2));
    expect(byType).toEqual(TYPES.map(() => [(10 * 300 * 301) / 2, 300]));
  });

  it("joins more of them the more points each row has", async () => {
    await write(60);
    const { rows, others, byType } = await read(10_000_000, 1000);
    expect([rows.length * 10_000 <= 550_000, rows.length, others.length]).toEqual([true, 52, 4]);
    expect(byType).toEqual(TYPES.map(() => [(10 * 60 * 61) / 2, 60]));
  });

  it("is refused when not even the span types have room", async () => {
    const samples = { "span.self_time.count": { value: 1 }, "span.self_time.sum.us": { value: 1 } };
    const transaction = { name: "GET /", type: "request" };
    const spans = Array.from({ length: 1001 }, (_, n) => ({ type: "db", subtype: `s${n}` }));
    await store.write(batchOf(spans.map((span) => ({ ...metricsetAt(T, samples), transaction, span }))));
    await expect(read(600_000, 60_000)).rejects.toMatchObject({ code: "TOO_MANY_SERIES" });
  });
});
