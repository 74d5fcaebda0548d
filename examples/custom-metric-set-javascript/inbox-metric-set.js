import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { MetricSet } from "@tidegauge/agent";

const DIRECTORY = process.env.INBOX ?? "inbox";

/** What lies in a directory: `inbox.files` and `inbox.bytes`, by the files' extension. */
export class InboxMetricSet extends MetricSet {
  files = this.gauges("inbox.files", ["extension"]);
  bytes = this.gauges("inbox.bytes", ["extension"]);
  last = new Map();

  /** Before each report. It may take up to ten seconds and may throw: then this report goes without the set. */
  async beforeCollect() {
    const sums = await sumUp(DIRECTORY);
    // A gauge that nobody writes any more would say its last value for ever.
    for (const extension of this.last.keys()) {
      if (sums.has(extension)) continue;
      this.files.remove(extension);
      this.bytes.remove(extension);
    }
    for (const [extension, { files, bytes }] of sums) {
      this.files.with(extension).set(files);
      this.bytes.with(extension).set(bytes);
    }
    this.last = sums;
  }
}

async function sumUp(directory) {
  const sums = new Map();
  for (const name of await readdir(directory)) {
    const extension = extname(name) || "none";
    const sum = sums.get(extension) ?? { files: 0, bytes: 0 };
    sum.files++;
    sum.bytes += (await stat(join(directory, name))).size;
    sums.set(extension, sum);
  }
  return sums;
}
