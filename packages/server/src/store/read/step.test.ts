import { afterAll, beforeAll, expect, it } from "vitest";
import { batchOf, metricsetAt, scanOf, temporaryDirectory } from "../batch.testing.js";
import { openStore, type Store } from "../store.js";

const T = Date.UTC(2026, 4, 5, 12);
const MINUTE = 60_000;
const directory = temporaryDirectory();
let store: Store;

beforeAll(async () => {
  store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
  const report = (name: string, timeMs: number) => metricsetAt(timeMs, { [name]: { value: 5, temporality: "delta" } });
  const metricsets = [];
  for (let second = 0; second < 3600; second += 10) metricsets.push(report("each.10s", T + second * 1000));
  for (let second = 0; second < 3600; second += 7) metricsets.push(report("each.7s", T + second * 1000));
  for (let second = 0; second < 3600; second += 60) metricsets.push(report("each.minute", T + second * 1000));
  await store.write(batchOf(metricsets));
});
afterAll(async () => {
  await store.close();
  directory.remove();
});

const automatic = async (metric: string, minutes: number) => {
  const request = scanOf({ metric, fromMs: T, toMs: T + minutes * MINUTE, stepMs: 0, aggregation: "sum" });
  const { stepMs, series } = await store.scan(request);
  return { stepMs, values: new Set(series[0]?.values) };
};

it("QRY-22 an automatic step holds a whole number of reports, so a steady sum is a flat line", async () => {
  expect(await automatic("each.10s", 60)).toEqual({ stepMs: 20_000, values: new Set([10]) });
  expect(await automatic("each.minute", 60)).toEqual({ stepMs: MINUTE, values: new Set([5]) });
});

it("QRY-22 it is not shorter than the reports are apart, and readable where no step holds a whole number of them", async () => {
  expect((await automatic("each.minute", 5)).stepMs).toBe(MINUTE);
  expect((await automatic("each.7s", 60)).stepMs).toBe(15_000);
});
