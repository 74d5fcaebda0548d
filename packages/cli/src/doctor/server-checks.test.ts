import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../command.testing.js";
import { ReadingServer, TOKEN } from "../reading-server.testing.js";

let server: ReadingServer;

beforeAll(async () => {
  server = await ReadingServer.start();
});

afterAll(() => server.stop());

describe("tidegauge doctor with a server", () => {
  const app = (): string => {
    writeFileSync(join(server.directory, "package.json"), JSON.stringify({ name: "checked-app", version: "3.2.1" }));
    return server.directory;
  };

  it("finds nothing wrong where metrics arrive", async () => {
    const { code, stdout } = await runCommandLine(["doctor", "--json", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SECRET_TOKEN: TOKEN,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; verdict: string; message: string }[] };
    expect(findings.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "node",
        "configuration",
        "service-name",
        "hooks",
        "server-reachable",
        "authentication",
        "clock",
        "test-event",
        "proxy",
      ]),
    );
    expect(findings.find(({ check }) => check === "service-name")?.message).toBe("checked-app (discovered)");
    expect(stdout).not.toContain(TOKEN);
    expect(code).toBe(0);
  });

  it("leaves nothing in the server that looks like the application", async () => {
    const directory = app();
    const ask = async (path: string): Promise<unknown> => {
      const answer = await fetch(`${server.url}/api/v1/${path}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
      return answer.json();
    };
    const before = { metrics: await ask("metrics"), services: await ask("services"), agents: await ask("agents") };
    for (const spool of ["", join(directory, "spool")]) {
      const { code, stdout } = await runCommandLine(["doctor", "--directory", directory], {
        ELASTIC_APM_SERVER_URL: server.url,
        ELASTIC_APM_SECRET_TOKEN: TOKEN,
        ELASTIC_APM_CLOUD_PROVIDER: "none",
        ELASTIC_APM_SPOOL_DIR: spool,
      });
      expect(stdout).toMatch(/^pass {2}test-event {2}sent and accepted$/m);
      expect(code).toBe(0);
    }
    const after = { metrics: await ask("metrics"), services: await ask("services"), agents: await ask("agents") };
    expect(after).toEqual(before);
    const { processes } = (await ask("processes")) as { processes: { service: string }[] };
    expect(new Set(processes.map(({ service }) => service))).toEqual(new Set(["shop"]));
  });

  it.each([
    [{}, "authentication", "ELASTIC_APM_SECRET_TOKEN"],
    [{ ELASTIC_APM_SERVER_URL: "http://127.0.0.1:9" }, "server-reachable", "tidegauge serve"],
    [{ ELASTIC_APM_SERVER_URL: "https://127.0.0.1:9" }, "server-reachable", "tidegauge serve"],
    [{ ELASTIC_APM_RECORDING: "false" }, "configuration", "set recording to true"],
    [{ ELASTIC_APM_ACTIVE: "false" }, "configuration", "remove ELASTIC_APM_ACTIVE"],
    [{ ELASTIC_APM_METRICS_INTERVAL: "0s" }, "configuration", "set metrics_interval"],
  ])("fails and says what to do with %o", async (env, check, advice) => {
    const { code, stdout } = await runCommandLine(["doctor", "--json", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
      ...env,
    });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; verdict: string; fix?: string }[] };
    const failed = findings.filter((finding) => finding.verdict === "fail" && finding.check === check);
    expect(failed.map(({ fix }) => fix).join()).toContain(advice);
    expect(code).toBe(1);
  });

  it("sends no test event for an agent that is switched off", async () => {
    const { stdout } = await runCommandLine(["doctor", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SECRET_TOKEN: TOKEN,
      ELASTIC_APM_CLOUD_PROVIDER: "none",
      ELASTIC_APM_ACTIVE: "false",
    });
    expect(stdout).toContain("enabled is false (environment): the agent does nothing");
    expect(stdout).not.toContain("test-event");
    expect(stdout).toContain("1 failed");
  });

  it("warns of values it cannot use, and tells what changes for elastic-apm-node", async () => {
    const { stdout } = await runCommandLine(["doctor", "--from", "elastic-apm-node", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: server.url,
      ELASTIC_APM_SECRET_TOKEN: TOKEN,
      ELASTIC_APM_METRICS_INTERVAL: "ten seconds",
      ELASTIC_APM_TRANSACTION_SAMPLE_RATE: "0.1",
      ELASTIC_APM_ERROR_MESSAGE_MAX_LENGTH: "100",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    });
    expect(stdout).toMatch(/warn {2}configuration .*metrics_interval/i);
    expect(stdout).toMatch(/without effect here: .*transaction_sample_rate/);
    expect(stdout).toMatch(/without effect here: .*error_message_max_length/);
    expect(stdout).toContain("server_timeout was 30s by default and is 5s here");
  });

  it("W-71 looks for what a proxy needs, and does not go around it", async () => {
    const look = async (proxy: string): Promise<string | undefined> => {
      const { stdout } = await runCommandLine(["doctor", "--directory", app()], {
        ELASTIC_APM_SERVER_URL: "http://apm.example.org:8200",
        ELASTIC_APM_CLOUD_PROVIDER: "none",
        HTTPS_PROXY: proxy,
      });
      return stdout.split("\n").find((line) => line.startsWith("FAIL"));
    };
    expect(await look("http://user:hidden@proxy.example.org:3128")).toMatch(
      /proxy {2}the way leads through http:\/\/proxy.example.org:3128, for which the agent needs the package undici/,
    );
    expect(await look("socks5://proxy.example.org")).toContain("is not an http or https URL");
  });

  it("goes on where the server has no configuration to give in time, and shows no password of the URL", async () => {
    const slow = createServer((request, response) => {
      if (request.url?.startsWith("/config") === true) return; // never answers
      response.writeHead(request.method === "POST" ? 202 : 200).end(request.method === "POST" ? "" : '{"version":"9"}');
      request.resume();
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const { stdout } = await runCommandLine(["doctor", "--directory", app()], {
      ELASTIC_APM_SERVER_URL: `http://user:hunter22@127.0.0.1:${(slow.address() as AddressInfo).port}`,
      ELASTIC_APM_SERVER_TIMEOUT: "1s",
      ELASTIC_APM_CLOUD_PROVIDER: "none",
    });
    slow.close();
    slow.closeAllConnections();
    expect(stdout).toMatch(/^warn {2}central-configuration {2}it could not be asked for/m);
    expect(stdout).toMatch(/^pass {2}test-event/m);
    expect(stdout).not.toContain("hunter22");
  });

  it("takes a relative directory, and ends with 2 for one that is none", async () => {
    const relative = await runCommandLine(["doctor", "--directory", "packages", "--json"], {
      ELASTIC_APM_SERVER_URL: "http://127.0.0.1:9",
    });
    expect(JSON.parse(relative.stdout)).toHaveProperty("findings");
    const none = await runCommandLine(["doctor", "--directory", "/nonexistent", "--json"]);
    expect(JSON.parse(none.stderr)).toEqual({
      error: { code: "USAGE", message: "/nonexistent is no directory (--directory)" },
    });
    expect(none.code).toBe(2);
  });
});
