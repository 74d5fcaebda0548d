import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandProcess, hasTerminal, inTerminal, runCommandLine, until } from "./command.testing.js";
import { agentEnvironment, preloading } from "./run.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge run ")); // with blanks, as in many home directories
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function script(name: string, source: string): string {
  const path = join(directory, name);
  writeFileSync(path, source);
  return path;
}

describe("tidegauge run", () => {
  it("puts the agent into an application that does not know of it", async () => {
    const received: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks);
        if (request.url?.startsWith("/intake") === true) {
          received.push((body[0] === 0x1f ? gunzipSync(body) : body).toString());
        }
        response.writeHead(request.url?.startsWith("/intake") === true ? 202 : 404).end();
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const app = script("app.mjs", "setTimeout(() => console.log(process.argv.slice(2).join(' ')), 1500);");
    const { code, stdout } = await runCommandLine(["run", app, "--port", "3000", "-v"], {
      ELASTIC_APM_SERVER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ELASTIC_APM_SERVICE_NAME: "untouched",
      ELASTIC_APM_METRICS_INTERVAL: "1s",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    });
    server.close();
    server.closeAllConnections();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "--port 3000 -v\n" });
    expect(received.join("")).toContain('"name":"untouched"');
    expect(received.join("")).toContain("system.process.cpu.total.norm.pct");
  });

  it("ends as the application ends", async () => {
    const env = { ELASTIC_APM_ENABLED: "false" };
    expect((await runCommandLine(["run", script("seven.cjs", "process.exit(7)")], env)).code).toBe(7);
    expect(
      (await runCommandLine(["run", script("killed.cjs", "process.kill(process.pid, 'SIGKILL')")], env)).code,
    ).toBe(137);
    expect((await runCommandLine(["run", "node", "-e", "process.exit(3)"], env)).code).toBe(3);
    const { code, stderr } = await runCommandLine(["run", "no-such-command-anywhere"], env);
    expect(code).toBe(127);
    expect(stderr).toContain("no-such-command-anywhere is not found");
  });

  it.each(["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const)(
    "passes a %s on that was sent to it alone, and ends as the application then does",
    async (signal) => {
      const app = script(
        "listening.cjs",
        `process.once("${signal}", () => { console.log("heard"); process.exit(9); });
        setInterval(() => {}, 1000);
        console.log("ready");`,
      );
      const command = new CommandProcess(["run", app], { ELASTIC_APM_ENABLED: "false" }, { detached: true });
      await until(() => command.stdout.includes("ready") || undefined);
      const { code, stdout } = await command.signal(signal);
      expect({ code, stdout }).toEqual({ code: 9, stdout: "ready\nheard\n" });
    },
  );

  it.skipIf(!hasTerminal)("leaves Ctrl-C to the terminal, so that the application hears it once", async () => {
    const app = script(
      "counting.cjs",
      `let count = 0;
      process.on("SIGINT", () => console.log("interrupt " + ++count));
      process.stdin.once("data", () => process.exit(count));
      console.log("ready");`,
    );
    const cues = [
      ["ready", "\x03"],
      ["interrupt 1", "\n"],
    ] as [string, string][];
    const { code } = await inTerminal(["run", app], { ELASTIC_APM_ENABLED: "false" }, cues);
    expect(code).toBe(1);
  });

  it("keeps the options that NODE_OPTIONS has", () => {
    expect(agentEnvironment({ NODE_OPTIONS: "--max-old-space-size=512" }).NODE_OPTIONS).toMatch(
      /^--max-old-space-size=512 --require=\S+register\.js$/,
    );
  });

  it("reaches a path with blanks and quotes", () => {
    const path = script('a "preloaded" one.cjs', "console.log('preloaded')");
    const { stdout } = spawnSync(process.execPath, ["--eval", ""], { env: { NODE_OPTIONS: preloading(path) } });
    expect(stdout.toString()).toBe("preloaded\n");
  });

  it("reaches worker threads, also those made from text", async () => {
    const app = script(
      "threads.mjs",
      `import { Worker } from "node:worker_threads";
      for (const text of ["0", "1"]) new Worker(text, { eval: true });`,
    );
    const env = { ELASTIC_APM_SERVER_URL: "http://127.0.0.1:9", ELASTIC_APM_CLOUD_PROVIDER: "none" };
    const { stderr } = await runCommandLine(["run", app], env);
    expect(stderr.match(/\[tidegauge\] configuration:/g)).toHaveLength(3);
  });
});
