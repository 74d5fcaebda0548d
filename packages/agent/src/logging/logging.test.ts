import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Config } from "../config/config.js";
import { fileSink } from "./file.js";
import type { LogLevel, UserLogger } from "./logger.js";
import { createLogger } from "./logger.js";
import { redactor, redactUrlPassword } from "./redaction.js";
import { formatLine } from "./sinks.js";
import { LogThrottle } from "./throttle.js";

const ALL = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

function collecting(methods: readonly (typeof ALL)[number][]): { logger: UserLogger; lines: string[] } {
  const lines: string[] = [];
  const logger = Object.fromEntries(methods.map((method) => [method, (m: string) => lines.push(`${method} ${m}`)]));
  return { logger: logger as unknown as UserLogger, lines };
}

describe("levels", () => {
  const order: LogLevel[] = ["trace", "debug", "info", "warning", "error", "critical", "off"];
  it.each(order.map((level, index) => [level, index] as const))(
    "CFG-30 %s lets what is more severe through",
    (level, index) => {
      const { logger, lines } = collecting(ALL);
      const log = createLogger(Config.load({ logLevel: level }, {}), logger);
      for (const method of ALL) log[method]("m");
      expect(lines).toEqual(ALL.slice(index).map((method) => `${method} [tidegauge] m`));
    },
  );

  it("CFG-30 is info by default and follows central configuration at once", () => {
    const { logger, lines } = collecting(ALL);
    const config = Config.load({}, {});
    const log = createLogger(config, logger);
    log.debug("hidden");
    log.info("shown");
    config.applyCentral({ log_level: "debug" });
    log.debug("shown too");
    expect(lines.filter((line) => line.includes("shown"))).toHaveLength(2);
    expect(lines.filter((line) => line.includes("hidden"))).toHaveLength(0);
  });
});

describe("the application's logger", () => {
  it("CFG-30 may be pino", () => {
    const lines: { level: number; msg: string }[] = [];
    const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const log = createLogger(Config.load({ logLevel: "trace" }, {}), logger);
    for (const method of ALL) log[method](method);
    expect(lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      "10 [tidegauge] trace",
      "20 [tidegauge] debug",
      "30 [tidegauge] info",
      "40 [tidegauge] warn",
      "50 [tidegauge] error",
      "60 [tidegauge] fatal",
    ]);
  });

  it("CFG-30 may have winston's shape: no trace, no fatal", () => {
    const { logger, lines } = collecting(["debug", "info", "warn", "error"]);
    const log = createLogger(Config.load({ logLevel: "trace" }, {}), logger);
    log.trace("t");
    log.fatal("f");
    expect(lines).toEqual(["debug [tidegauge] t", "error [tidegauge] f"]);
  });

  it("CFG-30 may have console's shape, whose trace would print a stack", () => {
    const { logger, lines } = collecting(["trace", "debug", "info", "warn", "error"]);
    createLogger(Config.load({ logLevel: "trace" }, {}), logger).trace("t");
    expect(lines).toEqual(["debug [tidegauge] t"]);
  });

  it("may throw without disturbing anybody", () => {
    const logger: UserLogger = {
      info() {},
      warn() {},
      error: () => {
        throw new Error("disk full");
      },
    };
    expect(() => createLogger(Config.load({}, {}), logger).error("x")).not.toThrow();
  });
});

describe("secrets", () => {
  it("CFG-31 are taken out of whatever is logged", () => {
    const { logger, lines } = collecting(ALL);
    const config = Config.load({ secretToken: "top/secret", apiKey: "a2V5", serverUrl: "http://u:hush%21hush@h/" }, {});
    const log = createLogger(config, logger);
    log.error("token top/secret key a2V5 encoded top%2Fsecret url http://u:hush%21hush@h/ plain hush!hush");
    expect(lines.at(-1)).toBe(
      "error [tidegauge] token [REDACTED] key [REDACTED] encoded [REDACTED] url http://u:[REDACTED]@h/ plain [REDACTED]",
    );
  });

  it("CFG-31 covers the password of any URL", () => {
    expect(redactUrlPassword("to https://me:pw@proxy:3128/ and http://h/")).toBe(
      "to https://me:[REDACTED]@proxy:3128/ and http://h/",
    );
    expect(redactor([])("http://h:80/a@b")).toBe("http://h:80/a@b");
    expect(redactUrlPassword("http://me:p@ss:w@rd@h:1 http://you:x@h2/a@b")).toBe(
      "http://me:[REDACTED]@h:1 http://you:[REDACTED]@h2/a@b",
    );
  });
});

describe("files", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "tidegauge-log-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("rotate with one backup and lose no line in the last two", () => {
    const path = join(directory, "agent.log");
    const config = Config.load({ logFile: path, logFileSize: "1kb" }, {});
    const log = createLogger(config);
    for (let i = 0; i < 40; i++) log.info(`line ${i}`);
    const current = readFileSync(path, "utf8");
    const backup = readFileSync(`${path}.1`, "utf8");
    expect(Buffer.byteLength(current)).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(backup)).toBeLessThanOrEqual(1024);
    const numbers = (backup + current).match(/line \d+/g)?.map((text) => Number(text.slice(5))) as number[];
    expect(numbers.at(-1)).toBe(39);
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] as number) + i));
    expect(existsSync(`${path}.2`)).toBe(false);
  });

  it("go on where they were after a restart", () => {
    const path = join(directory, "agent.log");
    fileSink(path, 1000, () => {})("info", "first");
    fileSink(path, 1000, () => {})("info", "second");
    expect(readFileSync(path, "utf8")).toMatch(/first\n.*second\n$/);
  });

  it("that cannot be written fall back, with the reason", () => {
    const lines: string[] = [];
    fileSink(join(directory, "missing", "agent.log"), 1000, (_level, message) => lines.push(message))("info", "x");
    expect(lines).toEqual([expect.stringContaining("cannot be written"), "x"]);
  });
});

it("standard error gets one line a message, with time and level", () => {
  expect(formatLine("warning", "a\nb", 0)).toBe("1970-01-01T00:00:00.000Z WARNING [tidegauge] a\\nb\n");
  const script = `process.stderr.write = (text) => { process.stdout.write(text); return true; };
    const { createLogger } = require("./packages/agent/dist/logging/logger.js");
    const { Config } = require("./packages/agent/dist/config/config.js");
    createLogger(Config.load({}, {})).error("broken");`;
  expect(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })).toMatch(/ERROR \[tidegauge\] broken\n$/);
});

it("CFG-33 logs one cause once a minute and tells how often it was held back", () => {
  let now = 0;
  const throttle = new LogThrottle(() => now);
  expect(throttle.admit("a")).toBe("");
  expect(throttle.admit("b")).toBe("");
  for (let i = 0; i < 5; i++) expect(throttle.admit("a")).toBeUndefined();
  now = 60_000;
  expect(throttle.admit("a")).toBe(" (and 5 times before this, not logged)");
  for (let i = 0; i < 1000; i++) throttle.admit(`cause ${i}`);
  now = 120_000;
  expect(throttle.admit("a")).toBe("");
});

it("standard error whose reader has gone away does not end the application", async () => {
  const script = `
    const { createLogger } = require("./packages/agent/dist/logging/logger.js");
    const { Config } = require("./packages/agent/dist/config/config.js");
    const logger = createLogger(Config.load({}, {}));
    process.once("message", () => {
      logger.error("first");
      setTimeout(() => logger.error("second"), 50);
      setTimeout(() => process.exit(7), 100);
    });
    process.send("ready");`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  await once(child, "message");
  child.stderr?.destroy();
  child.send("go");
  expect(await once(child, "exit")).toEqual([7, null]);
});
