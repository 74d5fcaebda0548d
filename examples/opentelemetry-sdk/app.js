// An import of 500 rows, measured with nothing but the OpenTelemetry API.
import { setTimeout as sleep } from "node:timers/promises";
import { metrics } from "@opentelemetry/api";

const meter = metrics.getMeter("import");
const rows = meter.createCounter("import.rows", { description: "Rows read" });
const open = meter.createUpDownCounter("import.open_files");
const size = meter.createHistogram("import.row_size", {
  unit: "By",
  advice: { explicitBucketBoundaries: [10, 100, 1000] },
});
const left = meter.createObservableGauge("import.files_left");

const files = ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv"];
left.addCallback((result) => result.observe(files.length));

while (files.length > 0) {
  const file = files.shift();
  open.add(1);
  for (let n = 1; n <= 100; n++) {
    const isBad = n % 20 === 0;
    rows.add(1, { outcome: isBad ? "rejected" : "stored" });
    size.record(n);
  }
  await sleep(10); // stands for reading `file`
  open.add(-1);
  console.log(`${file}: 100 rows`);
}
