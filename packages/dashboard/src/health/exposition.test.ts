import { expect, it } from "vitest";
import { parseExposition, quantile, total } from "./exposition.js";

const TEXT = `# HELP tidegauge_refused_total Turned away.
# TYPE tidegauge_refused_total counter
tidegauge_refused_total{reason="credentials"} 3
tidegauge_refused_total{reason="a \\"b\\" \\\\ c"} 4
tidegauge_ready 1
commit_bucket{le="0.1"} 50
commit_bucket{le="1"} 100
commit_bucket{le="+Inf"} 100
no metric line
`;

it("reads names, labels with escapes, and values", () => {
  const samples = parseExposition(TEXT);
  expect(samples).toHaveLength(6);
  expect(samples[1]).toEqual({ name: "tidegauge_refused_total", labels: { reason: 'a "b" \\ c' }, value: 4 });
  expect(total(samples, "tidegauge_refused_total")).toBe(7);
  expect(total(samples, "absent")).toBeUndefined();
});

it("interpolates quantiles in their bucket", () => {
  const samples = parseExposition(TEXT);
  expect(quantile(samples, "commit", 0.5)).toBeCloseTo(0.1);
  expect(quantile(samples, "commit", 0.75)).toBeCloseTo(0.55);
  expect(quantile(samples, "none", 0.5)).toBeUndefined();
});
