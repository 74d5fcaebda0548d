import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../free-port.mjs";
import { temporaryDirectory } from "../server-process.mjs";

const LAUNCHERS = {
  opensearch: fileURLToPath(new URL("../search-node/start.sh", import.meta.url)),
  elasticsearch: fileURLToPath(new URL("../search-node/start-es.sh", import.meta.url)),
};

/** A real OpenSearch or Elasticsearch on loopback, on one port and one data directory through kills and restarts. */
export class SearchNode {
  /** @param {"opensearch" | "elasticsearch"} kind @param {readonly string[]} settings `name=value` */
  static async start(kind, settings = []) {
    const node = new SearchNode();
    node.kind = kind;
    node.settings = settings;
    node.directory = temporaryDirectory();
    node.port = await freePort();
    node.url = `http://127.0.0.1:${node.port}`;
    await node.restart();
    return node;
  }

  /** Starts the node again, with other settings if given, and waits until it answers. */
  async restart(settings = this.settings) {
    const child = spawn(LAUNCHERS[this.kind], [this.directory.path, String(this.port), ...settings], {
      env: { ...process.env, NODE_PAINLESS: "0" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    this.child = child;
    const killIt = () => this.#signal("SIGKILL");
    process.once("exit", killIt); // a suite that breaks leaves nothing running
    child.once("exit", () => process.removeListener("exit", killIt));
    while (child.exitCode === null && child.signalCode === null) {
      const health = await fetch(`${this.url}/_cluster/health`).catch(() => undefined);
      if (health?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${this.kind} ended with ${child.signalCode ?? child.exitCode} before it answered`);
  }

  /** As a power cut would. */
  async kill() {
    const { child } = this;
    const exit = once(child, "exit");
    this.#signal("SIGKILL");
    await exit;
  }

  async remove() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    this.directory.remove();
  }

  /** The launcher of Elasticsearch has the server as its child. */
  #signal(signal) {
    const pidFile = join(this.directory.path, "pid");
    if (existsSync(pidFile)) {
      try {
        process.kill(Number(readFileSync(pidFile, "utf8")), signal);
      } catch {
        // It is gone already.
      }
    }
    this.child.kill(signal);
  }

  /** The parsed answer. @param {string} path @param {RequestInit} [init] */
  async ask(path, init) {
    const response = await fetch(`${this.url}/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }

  /** How many documents there are, after a refresh. @param {string} [query] in Lucene's syntax */
  async count(query = "*") {
    await this.ask("metrics-apm.*/_refresh", { method: "POST" });
    return (await this.ask(`metrics-apm.*/_count?q=${encodeURIComponent(query)}`)).count;
  }

  /** All documents, each with the data stream it is in. @returns {Promise<{ index: string, source: object }[]>} */
  async documents() {
    await this.ask("metrics-apm.*/_refresh", { method: "POST" });
    const { hits } = await this.ask("metrics-apm.*/_search?size=10000");
    return hits.hits.map(({ _index, _source }) => ({
      index: _index.replace(/^\.ds-/, "").replace(/-\d{4}\.\d\d\.\d\d-\d+$|-\d{6}$/, ""),
      source: _source,
    }));
  }
}
