import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommandLine } from "./command.testing.js";
import type { Finding } from "./doctor/finding.js";

const PAGE = readFileSync(new URL("../../../docs/supported-libraries.md", import.meta.url), "utf8");
/** Nobody listens there: the checks before the server are what is looked at. */
const NO_SERVER = { ELASTIC_APM_SERVER_URL: "http://127.0.0.1:1", ELASTIC_APM_CLOUD_PROVIDER: "none" };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-doctor-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function install(name: string, version: string): void {
  const path = join(directory, "node_modules", name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, version }));
}

async function findings(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Finding[]> {
  const command = ["doctor", "--json", "--directory", directory, ...args];
  const { stdout } = await runCommandLine(command, { ...NO_SERVER, ...env });
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

/** Library and major versions of each row of the page's tables that has them, such as `["pg", [8]]`. */
function libraries(): [string, number[]][] {
  return [...PAGE.matchAll(/^\| `?([a-z][\w/@-]*)`?[^|]* \| (\d[\d, ]*)(?:, with[^|]*)? \|/gm)].map(
    ([, name = "", majors = ""]) => [name, majors.split(",").map(Number)],
  );
}

describe("tidegauge doctor", () => {
  it("knows the libraries and versions of docs/supported-libraries.md, and names others", async () => {
    const known = libraries().filter(([name]) => name !== "hono"); // has no hook
    expect(known.map(([name]) => name)).toEqual(expect.arrayContaining(["pg", "redis", "express", "koa"]));
    for (const index of [0, -1]) {
      for (const [name, majors] of known) install(name, `${majors.at(index)}.0.0`);
      const hooks = (await findings()).filter(({ check }) => check === "hooks");
      expect(hooks).toHaveLength(1);
      for (const [name, majors] of known) expect(hooks[0]?.message).toContain(`${name} ${majors.at(index)}.0.0`);
    }
    for (const [name, majors] of known) install(name, `${(majors[0] as number) - 1}.0.0`);
    const refused = (await findings()).filter(({ check, verdict }) => check === "hooks" && verdict === "warn");
    expect(refused.map(({ message }) => message.split(" ")[0]).sort()).toEqual(known.map(([name]) => name).sort());
  });

  it("says what changes for an application of elastic-apm-node: units, labels, and what its settings mean here", async () => {
    const env = { ELASTIC_APM_MAX_QUEUE_SIZE: "1024", ELASTIC_APM_TRANSACTION_SAMPLE_RATE: "0.1" };
    const changes = (await findings(["--from", "elastic-apm-node"], env)).filter(({ check }) => check === "migration");
    const said = changes.map(({ message }) => message).join("\n");
    expect(said).toMatch(/span\.self_time\.sum\.us is in microseconds/);
    expect(said).toMatch(/labels hostname and env/);
    expect(said).toMatch(/max_queue_size was a number of events/);
    expect(said).toMatch(/without effect here: transaction_sample_rate/);
    expect((await findings([], env)).filter(({ check }) => check === "migration")).toEqual([]);
  });
});
