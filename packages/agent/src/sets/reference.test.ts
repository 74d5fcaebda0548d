import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { testRegistry } from "../registry.testing.js";
import { BUILT_IN_SETS } from "./index.js";
import { metricSetReference } from "./reference.js";

it("docs/metric-sets.md is what the sets say: run `node docs/generate-metric-sets.mjs` after changing one", () => {
  expect(readFileSync("docs/metric-sets.md", "utf8")).toBe(metricSetReference());
});

it("every metric that a built-in set sends is on the page, and every set with its id", async () => {
  const page = metricSetReference();
  const { registry, collect } = testRegistry();
  for (const [id, set] of BUILT_IN_SETS) {
    if (id.includes("prometheus")) continue;
    registry.register(set);
    expect(page).toContain(`\`${id}\``);
  }
  for (const { samples } of [...(await collect()), ...(await collect())]) {
    for (const name of Object.keys(samples)) expect(page).toContain(`\`${name}\``);
  }
  registry.close();
});
