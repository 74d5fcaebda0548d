import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type ElasticsearchOptions, ElasticsearchOutput } from "./elasticsearch-output.js";
import { FakeSearchNode } from "./fake-search-node.testing.js";

/** The queue's directory of the test that runs, new for each. */
export let directory: string;
/** The search node of the test that runs, new for each. */
export let node: FakeSearchNode;
/** What the outputs of the test said, `level message`. */
export const logged: string[] = [];
const opened: ElasticsearchOutput[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-elasticsearch-"));
  node = new FakeSearchNode();
  await node.start();
  logged.length = 0;
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((output) => output.close()));
  await node.stop().catch(() => {});
  rmSync(directory, { recursive: true, force: true });
});

/** An output into the node, started, and closed after the test. */
export async function open(options: Partial<ElasticsearchOptions> = {}): Promise<ElasticsearchOutput> {
  const output = new ElasticsearchOutput({
    urls: [node.url],
    directory,
    queueBytes: 1_000_000,
    namespace: "default",
    observerVersion: "9.5.2",
    patienceMs: 500,
    log: (level, message) => logged.push(`${level} ${message}`),
    ...options,
  });
  opened.push(output);
  await output.start();
  return output;
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
