import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "@tidegauge/server";
import { type Finished, runCommandLine } from "./command.testing.js";

/** What the server below wants to be shown. */
export const TOKEN = "a-token-for-these-tests";

const NODES = [
  ["node-a", 0.25],
  ["node-b", 0.75],
] as const;

/** Who sends: a process of a service on a node. */
export interface Sender {
  readonly service: string;
  readonly node: string;
  readonly process: string;
}

/** A server in which `node-a` and `node-b` of the service `shop` have reported, 20 to 30 seconds ago. */
export class ReadingServer {
  /** For a test's own files; removed at the stop. */
  readonly directory: string;
  readonly #server: RunningServer;

  private constructor(server: RunningServer, directory: string) {
    this.#server = server;
    this.directory = directory;
  }

  static async start(): Promise<ReadingServer> {
    const directory = mkdtempSync(join(tmpdir(), "tidegauge-reading-"));
    const dataDir = join(directory, "data");
    const server = new ReadingServer(
      await startServer({ port: 0, dataDir, secretToken: TOKEN, logLevel: "error" }),
      directory,
    );
    for (const [node, cpu] of NODES) await server.#report(node, cpu);
    return server;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Runs a command that reads from this server, to its end. */
  read(...args: string[]): Promise<Finished> {
    return runCommandLine([...args, "--url", this.url], { TIDEGAUGE_SECRET_TOKEN: TOKEN });
  }

  /** Where its store lies. */
  get dataDir(): string {
    return join(this.directory, "data");
  }

  /** Ends the server, and leaves its store for commands that read it themselves; `stop` has to follow. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  async stop(): Promise<void> {
    await this.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Sends metricsets as an agent of ours does. `batch` is the number of the batch: the first makes the process known from its start (W-90). */
  async send({ service: name, node, process }: Sender, metricsets: readonly object[], batch?: number): Promise<void> {
    const agent = { name: "nodejs", version: "1.0.0", ephemeral_id: process };
    const service = { name, agent, node: { configured_name: node } };
    const lines = [
      { metadata: { service, process: { pid: 1 }, system: {} } },
      ...metricsets.map((metricset) => ({ metricset })),
    ];
    const response = await fetch(`${this.url}/intake/v2/events`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-ndjson",
        Authorization: `Bearer ${TOKEN}`,
        "User-Agent": "tidegauge/1.0",
        ...(batch !== undefined && { "X-Tidegauge-Batch": `${process}:${batch}` }),
      },
      body: lines.map((line) => JSON.stringify(line)).join("\n"),
    });
    if (response.status !== 202) throw new Error(`the server answered ${response.status}: ${await response.text()}`);
  }

  async #report(node: string, cpu: number): Promise<void> {
    const timeMs = Math.floor(Date.now() / 10_000) * 10_000 - 20_000;
    const system = {
      "system.process.cpu.total.norm.pct": { type: "gauge", value: cpu },
      "system.process.memory.rss.bytes": { type: "gauge", value: 64 * 1024 * 1024 },
    };
    const wait = { "wait.ms": { type: "histogram", temporality: "delta", values: [1, 20, 300], counts: [6, 3, 1] } };
    const orders = { orders: { value: 3, type: "counter", temporality: "delta" } };
    await this.send({ service: "shop", node, process: node }, [
      { samples: system, timestamp: timeMs * 1000 },
      { samples: wait, timestamp: timeMs * 1000 },
      { samples: orders, timestamp: (timeMs + 1) * 1000, tags: { region: "eu" } },
    ]);
  }
}
