import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Metadata } from "@tidegauge/protocol";
import { truncate } from "@tidegauge/protocol/encode";
import { describe, expect, it } from "vitest";
import { Config, type ConfigOptions } from "../config/index.js";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { activationMethod } from "./activation.js";
import { AGENT_VERSION } from "./agent-version.js";
import { gatherMetadata, type Surroundings } from "./build.js";
import { createEphemeralId } from "./ephemeral-id.js";

const ID = "2227daf62df6694645fee5df53c1f91271546a9560e8600a525690ae252b7f63";

async function metadata(options: ConfigOptions, surroundings: Surroundings = {}): Promise<Metadata> {
  const source = gatherMetadata(Config.load(options, {}), "ephemeral", new RecordingLogger(), {
    env: {},
    readFile: () => "",
    detectHostname: async () => "web-1.example.org",
    detectCloud: async () => undefined,
    ...surroundings,
  });
  await source.ready;
  return source.current;
}

describe("metadata", () => {
  it("W-20 describes service, process, system and leaves out what is absent", async () => {
    const found = await metadata({ serviceName: "shop", serviceVersion: "1.2.3" });
    expect(found).toEqual({
      service: {
        name: "shop",
        version: "1.2.3",
        agent: {
          name: "nodejs",
          version: AGENT_VERSION,
          activation_method: expect.any(String),
          ephemeral_id: "ephemeral",
        },
        language: { name: "javascript" },
        runtime: { name: "node", version: process.versions.node },
      },
      process: { pid: process.pid, ppid: process.ppid, title: process.title },
      system: { architecture: process.arch, platform: process.platform, detected_hostname: "web-1.example.org" },
    });
  });

  it("carries what is configured: environment, node, framework, host name, arguments, agent name", async () => {
    const found = await metadata({
      serviceName: "shop",
      environment: "production",
      serviceNodeName: "web-1",
      frameworkName: "express",
      frameworkVersion: "5",
      hostname: "chosen",
      includeProcessArgs: true,
      agentName: "other",
    });
    expect(found.service).toMatchObject({
      environment: "production",
      node: { configured_name: "web-1" },
      framework: { name: "express", version: "5" },
      agent: { name: "other" },
    });
    expect(found.system?.configured_hostname).toBe("chosen");
    expect(found.process?.argv).toEqual(process.argv);
  });

  it("W-17 replaces dots, stars and quotes in the keys of global labels", async () => {
    const found = await metadata({ globalLabels: { 'a.b*c"d': "x.y", __proto__x: "1" } });
    expect(found.labels).toEqual({ a_b_c_d: "x.y", __proto__x: "1" });
  });

  it("W-16 cuts texts to 1023 code points and an ellipsis, never inside a surrogate pair", async () => {
    expect(truncate("x".repeat(1024))).toBe("x".repeat(1024));
    expect(truncate("x".repeat(1025))).toBe(`${"x".repeat(1023)}…`);
    expect(truncate("😀".repeat(1024))).toBe("😀".repeat(1024));
    expect(truncate("😀".repeat(1025))).toBe(`${"😀".repeat(1023)}…`);
    const found = await metadata({ environment: "e".repeat(2000), globalLabels: { a: "v".repeat(2000) } });
    expect([...(found.service.environment as string)]).toHaveLength(1024);
    expect([...String(found.labels?.a)]).toHaveLength(1024);
  });

  it("W-21, W-22 knows the process at once and more when host name and cloud have answered", async () => {
    let answer: (cloud: Metadata["cloud"]) => void = () => {};
    const source = gatherMetadata(Config.load({}, {}), "e", new RecordingLogger(), {
      env: {},
      readFile: () => "",
      detectHostname: async () => "h",
      detectCloud: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    expect(source.current.process?.pid).toBe(process.pid);
    expect(source.current.system?.detected_hostname).toBeUndefined();
    let ready = false;
    void source.ready.then(() => {
      ready = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ready).toBe(false);
    answer({ provider: "aws", region: "eu" });
    await source.ready;
    expect(source.current.cloud).toEqual({ provider: "aws", region: "eu" });
    expect(source.current.system?.detected_hostname).toBe("h");
  });

  it("W-21 is built once: when somebody asks, else after the application's first turn", async () => {
    const read: string[] = [];
    const gather = () =>
      gatherMetadata(Config.load({}, {}), "e", new RecordingLogger(), {
        env: {},
        readFile: (path) => (read.push(path) < 0 ? path : ""),
        detectHostname: async () => "h",
        detectCloud: async () => undefined,
      });
    const waiting = gather();
    expect(read).toEqual([]);
    await waiting.ready;
    expect(read.splice(0)).toEqual(["/proc/self/cgroup", "/proc/self/mountinfo"]);
    const asked = gather();
    // As at the end of a process that had no second turn.
    expect(asked.current.process?.pid).toBe(process.pid);
    expect(read).toHaveLength(2);
    await asked.ready;
    expect(asked.current.system?.detected_hostname).toBe("h");
    expect(read).toHaveLength(2);
  });

  it("W-22 is complete without host name and cloud when they fail", async () => {
    const failing = async () => Promise.reject(new Error("no"));
    const found = await metadata({}, { detectHostname: failing, detectCloud: failing });
    expect(found.cloud).toBeUndefined();
    expect(found.system?.detected_hostname).toBeUndefined();
  });

  it("W-24, W-25 reads the cgroup first, mountinfo if it names nothing", async () => {
    const files = (given: Record<string, string>) => (path: string) => given[path] ?? "";
    const cgroup = await metadata({}, { readFile: files({ "/proc/self/cgroup": `0::/docker/${ID}` }) });
    expect(cgroup.system?.container).toEqual({ id: ID });
    const mountinfo = await metadata(
      {},
      {
        readFile: files({
          "/proc/self/cgroup": "0::/",
          "/proc/self/mountinfo": `1 2 3:4 /containers/${ID}/hostname /etc/hostname rw`,
        }),
      },
    );
    expect(mountinfo.system?.container).toEqual({ id: ID });
  });

  const POD = `0::/kubepods/besteffort/pod11-22/${ID}`;
  it.each<[string, Record<string, string>, string, object | undefined]>([
    ["nothing", {}, "0::/", undefined],
    ["the cgroup", {}, POD, { pod: { name: "web-1", uid: "11-22" } }],
    ["the pod's name", { KUBERNETES_POD_NAME: "p" }, "0::/", { pod: { name: "p" } }],
    ["a namespace", { KUBERNETES_NAMESPACE: "n" }, "0::/", { namespace: "n" }],
    [
      "everything, over the cgroup",
      { KUBERNETES_NAMESPACE: "n", KUBERNETES_NODE_NAME: "node", KUBERNETES_POD_NAME: "p", KUBERNETES_POD_UID: "u" },
      POD,
      { namespace: "n", node: { name: "node" }, pod: { name: "p", uid: "u" } },
    ],
  ])("W-27 tells Kubernetes by %s", async (_name, env, cgroup, expected) => {
    const found = await metadata({}, { env, readFile: (path) => (path === "/proc/self/cgroup" ? cgroup : "") });
    expect(found.system?.kubernetes).toEqual(expected);
  });

  it("W-27 uses the configured host name as the pod's", async () => {
    const found = await metadata(
      { hostname: "chosen.x" },
      { readFile: (path) => (path.endsWith("cgroup") ? POD : "") },
    );
    expect(found.system?.kubernetes?.pod?.name).toBe("chosen.x");
  });

  it("has an ephemeral id also where the kernel gives none", () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(createEphemeralId("/nowhere")).toMatch(uuid);
    expect(createEphemeralId("/proc/self/stat")).toMatch(uuid);
    expect(createEphemeralId()).toMatch(uuid);
  });

  it("has the package's own version, and a new ephemeral id each time", () => {
    const manifest = JSON.parse(
      readFileSync(join(dirname(expect.getState().testPath as string), "../../package.json"), "utf8"),
    ) as {
      version: string;
    };
    expect(AGENT_VERSION).toBe(manifest.version);
    expect(createEphemeralId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(createEphemeralId()).not.toBe(createEphemeralId());
  });

  it.each<[string, Record<string, string>, string[], string | undefined]>([
    ["k8s-attach", { ELASTIC_APM_ACTIVATION_METHOD: "K8S_ATTACH" }, [], "/app/main.js"],
    ["aws-lambda-layer", { ELASTIC_APM_ACTIVATION_METHOD: "AWS_LAMBDA_LAYER" }, [], "/app/main.js"],
    ["env-attach", { NODE_OPTIONS: "--import @tidegauge/agent/register" }, [], "/app/main.js"],
    ["preload", {}, ["--import", "@tidegauge/agent/register"], "/app/main.js"],
    ["import", {}, [], "/app/main.mjs"],
    ["require", {}, [], "/app/main.cjs"],
    ["require", {}, [], "/main.js"],
    ["unknown", {}, [], undefined],
  ])("tells the activation method %s", (expected, env, execArgv, main) => {
    expect(activationMethod(env, execArgv, main ?? "")).toBe(expected);
  });
});
