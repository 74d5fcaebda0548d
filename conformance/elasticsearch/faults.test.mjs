// Nodes and servers are killed, overloaded and away while batches come in; afterwards every acknowledged document is there, once.
import { connect, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TidegaugeProcess, temporaryDirectory } from "../server-process.mjs";
import { SearchNode } from "./search-node.mjs";
import { isBehind, settled } from "./settled.mjs";

const LINES = 20;
/** `TIDEGAUGE_SOAK=1`: a node away for a minute, and more rounds of kills. */
const IS_SOAK = process.env.TIDEGAUGE_SOAK === "1";
let node;

beforeAll(async () => {
  node = await SearchNode.start("opensearch");
}, 300_000);
afterAll(() => node?.remove());

const serve = (directory, ...more) =>
  TidegaugeProcess.start([
    ...["serve", "--data-dir", directory, "--output", "elasticsearch", "--elasticsearch-url", node.url, ...more],
  ]);

/** Sends numbered batches of a service, each again under its id until it is answered 202, as our agent does. */
class Sender {
  acknowledged = 0;
  #stopped = false;

  constructor(service, url) {
    this.service = service;
    this.url = url;
    this.done = this.#run();
  }

  async #run() {
    for (let sequence = 1; !this.#stopped; sequence++) {
      while (!(await this.#send(sequence))) await new Promise((resolve) => setTimeout(resolve, 50));
      this.acknowledged++;
    }
  }

  async #send(sequence) {
    const metadata = `{"metadata":{"service":{"name":"${this.service}","agent":{"name":"x","version":"1"}}}}\n`;
    const lines = Array.from({ length: LINES }, (_, index) => {
      const timestamp = 1_700_000_000_000_000 + sequence * 1_000_000 + index * 1_000;
      return `{"metricset":{"samples":{"amount":{"value":${sequence}}},"timestamp":${timestamp}}}\n`;
    });
    try {
      const response = await fetch(`${this.url()}/intake/v2/events`, {
        method: "POST",
        headers: { "Content-Type": "application/x-ndjson", "X-Tidegauge-Batch": `${this.service}:${sequence}` },
        body: metadata + lines.join(""),
        signal: AbortSignal.timeout(20_000),
      });
      await response.text();
      return response.status === 202;
    } catch {
      return false;
    }
  }

  /** Ends after the batch under way is acknowledged. */
  async stop() {
    this.#stopped = true;
    await this.done;
    return this.acknowledged;
  }
}

const until = async (condition) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** The service's documents, once nothing waits on the servers' disks any more. */
async function settledCount(service, servers) {
  await settled(...servers);
  return node.count(`service.name:${service}`);
}

describe("exact counts", () => {
  it("when the node is killed in the middle of bulk and is away for a while", { timeout: 600_000 }, async () => {
    const directory = temporaryDirectory();
    const server = await serve(directory.path);
    const senders = ["killed-a", "killed-b"].map((service) => new Sender(service, () => server.url));
    await until(() => senders.every(({ acknowledged }) => acknowledged > 20));
    await node.kill();
    const before = senders.map(({ acknowledged }) => acknowledged);
    // The server goes on taking batches: they are durable on its disk.
    await until(() => senders.every(({ acknowledged }, index) => acknowledged > before[index] + 20));
    if (IS_SOAK) await new Promise((resolve) => setTimeout(resolve, 60_000));
    await node.restart();
    const acknowledged = await Promise.all(senders.map((sender) => sender.stop()));
    for (const [index, { service }] of senders.entries()) {
      expect(await settledCount(service, [server])).toBe(acknowledged[index] * LINES);
    }
    await server.stop();
    directory.remove();
  });

  it("when the server is killed in the middle of bulk, with the node there and away", {
    timeout: 600_000,
  }, async () => {
    const directory = temporaryDirectory();
    let server = await serve(directory.path);
    const sender = new Sender("restarted", () => server.url);
    for (const isAway of IS_SOAK ? [false, true, false, true, false] : [false, true]) {
      if (isAway) await node.kill();
      const before = sender.acknowledged;
      await until(() => sender.acknowledged > before + 20);
      await server.kill();
      server = await serve(directory.path);
      if (isAway) await node.restart();
    }
    const acknowledged = await sender.stop();
    expect(await settledCount("restarted", [server])).toBe(acknowledged * LINES);
    await server.stop();
    directory.remove();
  });

  it("with two servers behind a proxy, agents failing over between them", { timeout: 600_000 }, async () => {
    const pair = await Promise.all(
      [temporaryDirectory(), temporaryDirectory()].map(async (directory) => ({
        directory,
        server: await serve(directory.path),
      })),
    );
    let turn = 0;
    const proxy = createServer((client) => {
      const { server } = pair[turn++ % 2];
      const target = connect(new URL(server.url).port, "127.0.0.1");
      const end = () => {
        client.destroy();
        target.destroy();
      };
      client.pipe(target).pipe(client);
      for (const socket of [client, target]) socket.on("error", end).on("close", end);
    }).listen(0, "127.0.0.1");
    await until(() => proxy.listening);
    const url = `http://127.0.0.1:${proxy.address().port}`;
    const senders = ["pair-a", "pair-b", "pair-c"].map((service) => new Sender(service, () => url));
    const progress = (batches) => {
      const before = senders.map(({ acknowledged }) => acknowledged);
      return until(() => senders.every(({ acknowledged }, index) => acknowledged > before[index] + batches));
    };
    for (const member of IS_SOAK ? [...pair, ...pair, ...pair] : pair) {
      await progress(10);
      await member.server.kill();
      await progress(5);
      member.server = await serve(member.directory.path);
    }
    const servers = pair.map(({ server }) => server);
    const acknowledged = await Promise.all(senders.map((sender) => sender.stop()));
    for (const [index, { service }] of senders.entries()) {
      expect(await settledCount(service, servers)).toBe(acknowledged[index] * LINES);
    }
    proxy.close();
    for (const { server, directory } of pair) {
      await server.stop();
      directory.remove();
    }
  });

  it("when the node is overloaded until it answers 429", { timeout: 600_000 }, async () => {
    await node.kill();
    await node.restart([
      "thread_pool.write.size=1",
      "thread_pool.write.queue_size=1",
      "indexing_pressure.memory.limit=64kb",
    ]);
    const directory = temporaryDirectory();
    const server = await serve(directory.path);
    const senders = Array.from({ length: 12 }, (_, index) => new Sender(`busy-${index}`, () => server.url));
    await until(() => isBehind(server));
    await until(() => senders.every(({ acknowledged }) => acknowledged > 5));
    const acknowledged = await Promise.all(senders.map((sender) => sender.stop()));
    // It stays as weak as it is: the server asks for less at a time.
    for (const [index, { service }] of senders.entries()) {
      expect(await settledCount(service, [server])).toBe(acknowledged[index] * LINES);
    }
    await server.stop();
    directory.remove();
  });
});
