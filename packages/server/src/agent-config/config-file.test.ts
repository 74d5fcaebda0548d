import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Logger } from "../health/log.js";
import { ConfigFile } from "./config-file.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 15_000 } } });

const entries = (value: string): string => JSON.stringify([{ service: { name: "s" }, settings: { log_level: value } }]);

describe("ConfigFile", () => {
  let folder: string;
  let path: string;
  let warnings: string[];
  let file: ConfigFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tidegauge-config-"));
    path = join(folder, "agents.json");
    warnings = [];
    const ignore = (): void => {};
    const logger: Logger = { debug: ignore, info: ignore, error: ignore, warn: (_, message) => warnings.push(message) };
    file = new ConfigFile(path, logger);
  });
  afterEach(async () => {
    await file.close();
    rmSync(folder, { recursive: true });
  });
  const level = (): string | undefined => file.entries[0]?.settings.log_level;

  it("FACE-7 re-reads the file by itself when it is written and when another is renamed over it", async () => {
    writeFileSync(path, entries("info"));
    await file.start();
    expect(level()).toBe("info");
    writeFileSync(path, entries("debug"));
    await expect.poll(level).toBe("debug");
    writeFileSync(`${path}.new`, entries("trace"));
    renameSync(`${path}.new`, path);
    await expect.poll(level).toBe("trace");
  });

  it("sees a file that appears, disappears, and a link that is led elsewhere", async () => {
    await file.start();
    expect(file.entries).toEqual([]);
    writeFileSync(join(folder, "a"), entries("info"));
    writeFileSync(join(folder, "b"), entries("debug"));
    symlinkSync(join(folder, "a"), path);
    await file.look();
    expect(level()).toBe("info");
    symlinkSync(join(folder, "b"), `${path}.new`);
    renameSync(`${path}.new`, path);
    await file.look();
    expect(level()).toBe("debug");
    rmSync(path);
    await file.look();
    expect(file.entries).toEqual([]);
  });

  it("SRV-74 keeps the former state while the file cannot be reached, and says so once", async () => {
    writeFileSync(path, entries("info"));
    await file.start();
    rmSync(path);
    symlinkSync(path, path); // a link to itself: neither a file nor none
    await file.look();
    await file.look();
    expect(level()).toBe("info");
    expect(warnings).toEqual([expect.stringContaining("ELOOP")]);
    rmSync(path);
    await file.look();
    expect(file.entries).toEqual([]);
  });

  it("does not overwrite an edit that the one who saves has not seen", async () => {
    writeFileSync(path, entries("info"));
    await file.start();
    const seen = file.entries;
    writeFileSync(path, entries("debug"));
    expect(await file.save([], (current) => current === seen)).toBe(false);
    expect(level()).toBe("debug");
    expect(readFileSync(path, "utf8")).toBe(entries("debug"));
  });

  it("SRV-74 keeps the former state when a change is bad, and says so once", async () => {
    writeFileSync(path, entries("info"));
    await file.start();
    writeFileSync(path, "[{");
    await file.look();
    await file.look();
    expect(level()).toBe("info");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/agents\.json: .*the former one stays in force/);
  });

  it("SRV-76 keeps a file with a value that agents ignore in force, and warns", async () => {
    writeFileSync(path, JSON.stringify([{ settings: { log_level: "loud", recording: "1", capture_body: "all" } }]));
    await file.start();
    expect(level()).toBe("loud");
    expect(warnings).toEqual([
      "agents will ignore 0.settings.log_level: it must be one of trace, debug, info, warning, error, critical, off (and 1 more)",
    ]);
  });

  it("does not start with a file that is there and bad", async () => {
    writeFileSync(path, '[{"settings": 5}]');
    await expect(file.start()).rejects.toMatchObject({
      code: "AGENT_CONFIG_INVALID",
      message: expect.stringMatching(/0\.settings/),
    });
  });

  it("saves whole, through a link, and does not read its own change again", async () => {
    writeFileSync(join(folder, "real.json"), entries("info"));
    symlinkSync(join(folder, "real.json"), path);
    await file.start();
    await file.save([{ service: {}, settings: { a: "1" }, etag: "e" }]);
    expect(JSON.parse(readFileSync(join(folder, "real.json"), "utf8"))).toEqual([
      { service: {}, settings: { a: "1" }, etag: "e" },
    ]);
    expect(file.entries).toHaveLength(1);
    await file.look();
    expect(file.entries[0]?.etag).toBe("e");
  });
});
