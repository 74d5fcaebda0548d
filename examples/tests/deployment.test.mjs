// Neither systemd nor Docker runs in a test: their own tools judge the files, and what the files start is started.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { Program } from "../../conformance/program.mjs";
import { ControlGroup } from "./control-group.mjs";
import { Example } from "./example.mjs";
import { Server } from "./server.mjs";
import { compose, isMissing, systemdAnalyze, use } from "./tools.mjs";

const directory = fileURLToPath(new URL("../deployment/", import.meta.url));
const read = (file) => readFileSync(join(directory, file), "utf8");
const temporary = mkdtempSync(join(tmpdir(), "tidegauge-deployment-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe("the systemd unit", () => {
  // The command lies elsewhere here; everything else stays as it is.
  const unit = read("tidegauge.service").replace("/usr/bin/tidegauge", inject("tidegauge"));
  const path = join(temporary, "tidegauge.service");
  writeFileSync(path, unit);
  const setting = (name) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)[1];

  it.skipIf(isMissing(systemdAnalyze))("is valid", () => {
    expect(use(systemdAnalyze, ["verify", path])).toEqual({ status: 0, output: "" });
  });

  it.skipIf(isMissing(systemdAnalyze))("leaves the server hardly any rights: exposure at most 2 of 10", () => {
    const { status, output } = use(systemdAnalyze, ["security", "--offline=yes", "--threshold=20", "--no-pager", path]);
    expect(status, output).toBe(0);
  });

  it("starts a server that stops by itself within the time it is given", async () => {
    const [command, ...args] = setting("ExecStart")
      .replace(/\$\{STATE_DIRECTORY\}/, join(temporary, "state"))
      .split(" ");
    const program = new Program(command, args, {
      env: { ...process.env, TIDEGAUGE_PORT: "0", TIDEGAUGE_SECRET_TOKEN: "t" },
    });
    onTestFinished(async () => void (await program.stop()));
    const url = await program.says(/^listening on (http\S+)$/m);
    expect((await fetch(`${url}/api/v1/services`)).status).toBe(401);
    const began = performance.now();
    program.child.kill("SIGTERM"); // as systemd does
    expect(await program.ended).toBe(0);
    expect((performance.now() - began) / 1000).toBeLessThan(Number(setting("TimeoutStopSec")));
  });
});

describe("the compose file", () => {
  const configure = (environment) =>
    use(compose, ["-f", join(directory, "compose.yaml"), "config", "--quiet"], {
      env: { ...process.env, ...environment },
    });

  it.skipIf(isMissing(compose))("is valid with a token, and refused without", () => {
    expect(configure({ TIDEGAUGE_SECRET_TOKEN: "t" })).toEqual({ status: 0, output: "" });
    const { status, output } = configure({ TIDEGAUGE_SECRET_TOKEN: "" });
    expect(status).not.toBe(0);
    expect(output).toContain("set it in .env");
  });

  it("asks a health check that tells a server that can write from none", async () => {
    const check = JSON.parse(/^ +test: (\[.*\])$/m.exec(read("compose.yaml"))[1]);
    expect(check.shift()).toBe("CMD");
    const server = await Server.start();
    onTestFinished(() => server.stop());
    const at = (url) => check.map((word) => word.replace("http://127.0.0.1:8200", url));
    const ask = () => new Program(at(server.url)[0], at(server.url).slice(1), {}).ended;
    expect(await ask()).toBe(0);
    await server.stop();
    expect(await ask()).toBe(1);
  });
});

describe("the image", () => {
  it("installs this version and starts what `npm start` starts", () => {
    const version = (name) =>
      JSON.parse(readFileSync(join(directory, "../../packages", name, "package.json"), "utf8")).version;
    const named = [...(read("Dockerfile") + read("README.md")).matchAll(/tidegauge@(\S+)/g)].map(([, found]) => found);
    expect(new Set(named)).toEqual(new Set([version("cli")]));
    const { scripts, dependencies } = JSON.parse(read("package.json"));
    expect(dependencies["@tidegauge/agent"]).toBe(version("agent"));
    const [, application] = [...read("Dockerfile").matchAll(/^CMD (.*)$/gm)].map(([, words]) => JSON.parse(words));
    expect(application.join(" ")).toBe(scripts.start);
  });
});

describe("the application under its limits", () => {
  const app = read("compose.yaml").split("\n  app:\n")[1];
  const [, cpus] = /cpus: "([\d.]+)"/.exec(app);
  const [, megabytes] = /memory: (\d+)M/.exec(app);
  const memoryBytes = Number(megabytes) * 2 ** 20;
  const group = ControlGroup.create({ memoryBytes, cpus: Number(cpus) });
  if (group === undefined) console.log("skipped: this user may not make a cgroup");
  afterAll(() => group?.remove());

  it.skipIf(group === undefined)("reports them", async () => {
    const server = await Server.start();
    onTestFinished(() => server.stop());
    const example = new Example("deployment", { ELASTIC_APM_SERVER_URL: server.url });
    onTestFinished(() => example.remove());
    await example.run("npm install");
    const application = example.start("npm start", {}, (command) => group.around(command));
    await application.says(/^listening on/m);
    await application.stop();
    const last = (metric) => server.numbers("deployment", `system.process.cgroup.${metric}`, { aggregation: "last" });
    expect(await last("memory.mem.limit.bytes")).toEqual({ total: memoryBytes });
    expect((await last("memory.mem.usage.bytes")).total).toBeGreaterThan(1e6);
    const [{ total: quota }, { total: period }] = [await last("cpu.cfs.quota.us"), await last("cpu.cfs.period.us")];
    expect(quota / period).toBe(Number(cpus));
  });
});
