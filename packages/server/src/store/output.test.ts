import { describeOutput, TIME_US } from "../output/output.cases.js";
import { scanOf, temporaryDirectory } from "./batch.testing.js";
import { openStore } from "./store.js";

describeOutput("the store", async () => {
  const directory = temporaryDirectory();
  const store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
  return {
    output: store,
    stored: async (metric) => {
      const fromMs = TIME_US / 1000;
      const { series } = await store.scan(scanOf({ metric, fromMs, toMs: fromMs + 1000, aggregation: "count" }));
      return series[0]?.values[0] || 0;
    },
    dispose: async () => {
      await store.close();
      directory.remove();
    },
  };
});
