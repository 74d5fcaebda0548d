import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { FakeServer } from "./transport/fake-server.testing.js";

/** What a jsdom environment makes of the globals: Jest's, for instance. */
const LIKE_JSDOM = `
  const { setTimeout: real, clearTimeout: clear } = globalThis;
  const timers = new Map();
  let last = 0;
  globalThis.setTimeout = (...given) => { timers.set(++last, real(...given)); return last; };
  globalThis.clearTimeout = (id) => clear(timers.get(id));
  globalThis.setInterval = () => ++last;
  globalThis.clearInterval = () => {};
  for (const name of ["setImmediate", "clearImmediate", "TextEncoder", "TextDecoder"]) delete globalThis[name];
  const NodeURL = URL;
  globalThis.URL = class URL extends NodeURL {};
  globalThis.URL.canParse = undefined;
  const now = performance.now.bind(performance);
  Object.defineProperty(globalThis, "performance", { value: { now, timeOrigin: performance.timeOrigin } });
`;

describe("globals that are not Node's own", () => {
  it("timers that are numbers, no setImmediate, no TextEncoder: the client starts, collects and sends", async () => {
    const server = await FakeServer.start();
    try {
      const program = `${LIKE_JSDOM}
        const { Client, MetricSet } = require(${JSON.stringify(resolve("packages/agent"))});
        const client = new Client({
          serviceName: "foreign", metricsInterval: "60s", apiRequestTime: "5s", centralConfig: false, cloudProvider: "none",
          logLevel: "warning", serverUrl: ${JSON.stringify(server.url)},
        });
        const set = client.metrics.register(MetricSet);
        for (let n = 0; n < 900; n++) set.counter("c", { n }).inc();
        (async () => {
          await client.collect();
          await client.flush();
          const { recorded, accepted } = client.stats();
          await client.close();
          console.log(recorded >= 900 && accepted === recorded);
          process.exit();
        })();`;
      const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => {
          output += chunk;
        });
      const [code] = (await once(child, "close")) as [number | null];
      expect({ code, output }).toEqual({ code: 0, output: "true\n" });
    } finally {
      await server.stop();
    }
  });
});
