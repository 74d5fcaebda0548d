import { afterEach, beforeEach, expect, it } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "../batch.testing.js";
import { openStore, type Store } from "../store.js";

const T = Date.UTC(2026, 4, 5, 12);
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

it("QRY-23 says what helps: fewer labels or a limit for many groups, a longer step for many points of them", async () => {
  const groups = Array.from({ length: 2_000 }, (_, user) =>
    metricsetAt(T, { m: { value: user, type: "gauge" } }, { user }),
  );
  await store.write(batchOf(groups));
  const scan = (steps: number, limit?: number): Promise<unknown> =>
    store.scan(scanOf({ metric: "m", fromMs: T, toMs: T + steps * 1000, stepMs: 1000, groupBy: ["user"], limit }));
  await expect(scan(10)).rejects.toMatchObject({
    code: "TOO_MANY_SERIES",
    message: "2000 series; at most 1000: group by fewer labels, add a filter or a limit",
  });
  await expect(scan(7_000, 10)).rejects.toMatchObject({
    code: "TOO_MANY_POINTS",
    message: expect.stringMatching(/^2000 groups of 7000 points; .*: use a longer step, /),
  });
  expect(await scan(10, 10)).toMatchObject({ series: expect.objectContaining({ length: 11 }) });
});
