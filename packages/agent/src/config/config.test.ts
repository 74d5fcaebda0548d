import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { COMPATIBLE_OPTIONS } from "./compatible-options.js";
import { Config } from "./config.js";
import { camelCase, valueKey } from "./option-source.js";
import { OPTIONS, type OptionDefinition } from "./options.js";
import { discoverService } from "./service-name.js";

/** An empty directory with no configuration file, or one. */
let directory: string;
let before: string;
beforeEach(() => {
  before = process.cwd();
  directory = mkdtempSync(join(tmpdir(), "tidegauge-config-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function fileWith(options: object): Record<string, string> {
  const path = join(directory, "settings.json");
  writeFileSync(path, JSON.stringify(options));
  return { ELASTIC_APM_CONFIG_FILE: path };
}

describe("sources", () => {
  it("CFG-1 decides for each option by central, environment, code, file, default", () => {
    const env = {
      ...fileWith({ environment: "file", hostname: "file", serviceVersion: "file", logLevel: "trace" }),
      ELASTIC_APM_ENVIRONMENT: "env",
      ELASTIC_APM_LOG_LEVEL: "error",
    };
    const config = Config.load({ environment: "code", hostname: "code", logLevel: "debug" }, env);
    expect(config.values).toMatchObject({
      environment: "env",
      hostname: "code",
      serviceVersion: "file",
      logLevel: "error",
    });
    config.applyCentral({ log_level: "off" });
    expect(config.values.logLevel).toBe("off");
    const sources = Object.fromEntries(config.effective().map(({ name, source }) => [name, source]));
    expect(sources).toMatchObject({
      environment: "environment",
      hostname: "options",
      service_version: "file",
      log_level: "central",
      server_url: "default",
    });
  });

  it("CFG-2 D-CFG-1 warns of a bad value, names its source and takes the next lower one", () => {
    const logger = new RecordingLogger();
    const config = Config.load(
      { metricsInterval: "20s", apiRequestSize: "1" },
      { ELASTIC_APM_METRICS_INTERVAL: "30" },
      logger,
    );
    expect(config.values.metricsIntervalMs).toBe(20_000);
    expect(config.values.apiRequestSizeBytes).toBe(768 * 1024);
    expect(config.values.disableSend).toBe(false);
    expect(logger.of("warn")).toEqual([
      expect.stringMatching(/^ELASTIC_APM_METRICS_INTERVAL: "30" ignored: .*unit/),
      expect.stringMatching(/^apiRequestSize in options: "1" ignored: .*unit/),
    ]);
  });

  it("CFG-3 reads the environment once", () => {
    const env: Record<string, string> = { ELASTIC_APM_ENVIRONMENT: "one" };
    const config = Config.load({}, env);
    env.ELASTIC_APM_ENVIRONMENT = "two";
    config.applyCentral({ recording: "false" });
    expect(config.values.environment).toBe("one");
  });

  it("CFG-4 takes an empty text as a value for texts and lists, as invalid elsewhere", () => {
    const logger = new RecordingLogger();
    const env = {
      ELASTIC_APM_ENVIRONMENT: "",
      ELASTIC_APM_METRICS_SETS: "",
      ELASTIC_APM_METRICS_INTERVAL: "",
      ELASTIC_APM_API_REQUEST_SIZE: "",
      ELASTIC_APM_RECORDING: "",
      ELASTIC_APM_METRICS_LIMIT: "",
    };
    const { values } = Config.load({ environment: "code", metricsSets: ["a#B"], recording: false }, env, logger);
    expect(values).toMatchObject({ environment: "", metricsSets: [], metricsIntervalMs: 30_000, recording: false });
    expect(values).toMatchObject({ apiRequestSizeBytes: 786_432, metricsLimit: 1000 });
    expect(logger.of("warn")).toHaveLength(4);
  });

  it("CFG-5 reads a module or JSON named in ELASTIC_APM_CONFIG_FILE, else elastic-apm-node.js in the working directory", () => {
    expect(Config.load({}, fileWith({ environment: "json" })).values.environment).toBe("json");
    writeFileSync(join(directory, "elastic-apm-node.js"), "module.exports = { environment: 'module' };");
    process.chdir(directory);
    try {
      expect(Config.load({}, {}).values.environment).toBe("module");
    } finally {
      process.chdir(before);
    }
    const logger = new RecordingLogger();
    Config.load({}, { ELASTIC_APM_CONFIG_FILE: join(directory, "missing.js") }, logger);
    writeFileSync(join(directory, "broken.js"), "module.exports = {");
    Config.load({}, { ELASTIC_APM_CONFIG_FILE: join(directory, "broken.js") }, logger);
    expect(logger.of("warn")).toEqual([expect.stringContaining("missing.js"), expect.stringContaining("broken.js")]);
  });

  it("loads where the working directory was removed, as a deployment does to what still runs", () => {
    const gone = join(directory, "gone");
    mkdirSync(gone);
    process.chdir(gone);
    rmSync(gone, { recursive: true });
    try {
      expect(() => process.cwd()).toThrow("ENOENT");
      expect(Config.load({}, fileWith({ environment: "json" })).values.environment).toBe("json");
      expect(discoverService({}, "").name).toBeUndefined();
    } finally {
      process.chdir(before);
    }
  });

  it("accepts both spellings in code and the alias `active`", () => {
    expect(Config.load({ metrics_interval: "5s" }, {}).values.metricsIntervalMs).toBe(5000);
    expect(Config.load({ active: false }, {}).values.enabled).toBe(false);
    expect(Config.load({}, { ELASTIC_APM_ACTIVE: "false" }).values.enabled).toBe(false);
  });

  it("warns of options in code that do not exist", () => {
    const logger = new RecordingLogger();
    Config.load({ metricInterval: "5s", start: false } as object, {}, logger);
    expect(logger.of("warn")).toEqual([expect.stringContaining("metricInterval")]);
  });
});

describe("central configuration", () => {
  it("CFG-6, W-65 applies dynamic options and lists the others in one warning", () => {
    const logger = new RecordingLogger();
    const config = Config.load({}, {}, logger);
    const changes: string[][] = [];
    config.onChange((changed) => changes.push([...changed]));
    config.applyCentral({
      metrics_interval: "10s",
      server_url: "http://evil",
      nonsense: "1",
      transaction_sample_rate: "0.5",
    });
    expect(config.values.metricsIntervalMs).toBe(10_000);
    expect(config.values.serverUrl).toBe("http://127.0.0.1:8200");
    expect(changes).toEqual([["metricsIntervalMs"]]);
    expect(logger.of("warn")).toEqual([expect.stringMatching(/unsupported config names.*: server_url, nonsense$/)]);
  });

  it("CFG-7, W-66 replaces the former set and falls back to local values", () => {
    const config = Config.load({ disableMetrics: "local.*" }, {});
    config.applyCentral({ disable_metrics: "a,b", api_request_time: "5s" });
    expect(config.values.disableMetrics.map((matcher) => matcher.matches("a"))).toEqual([true, false]);
    config.applyCentral({ api_request_time: "6s" });
    expect(config.values.disableMetrics.map((matcher) => matcher.matches("local.x"))).toEqual([true]);
    expect(config.values.apiRequestTimeMs).toBe(6000);
    config.applyCentral({});
    expect(config.values.apiRequestTimeMs).toBe(10_000);
    expect(config.hasCentral).toBe(false);
  });

  it("CFG-8, W-65 parses as from the environment; one bad value does not touch the others", () => {
    const logger = new RecordingLogger();
    const config = Config.load({}, {}, logger);
    config.applyCentral({ recording: "nope", api_request_size: "1mb", log_level: "WARN" });
    expect(config.values).toMatchObject({ recording: true, apiRequestSizeBytes: 1_048_576, logLevel: "warning" });
    expect(logger.of("warn")).toEqual([expect.stringContaining("recording from central configuration")]);
    expect(logger.of("info")).toEqual(["central configuration applied: api_request_size=1mb, log_level=WARN"]);
  });

  it("CFG-33 tells listeners only what changed, and nobody after they left", () => {
    const config = Config.load({}, {});
    const seen: string[] = [];
    const stop = config.onChange((changed) => seen.push(...changed));
    config.applyCentral({ recording: "true", disable_metrics: "" });
    expect(seen).toEqual([]);
    stop();
    config.applyCentral({ recording: "false" });
    expect(seen).toEqual([]);
  });
});

describe("environments", () => {
  it.each([{ AWS_LAMBDA_FUNCTION_NAME: "f" }, { FUNCTIONS_WORKER_RUNTIME: "node", WEBSITE_SITE_NAME: "s" }])(
    "CFG-20 forces what a function platform needs: %o",
    (env) => {
      const { values } = Config.load({ metricsInterval: "10s" }, { ...env, ELASTIC_APM_METRICS_INTERVAL: "20s" });
      expect(values).toMatchObject({
        metricsIntervalMs: 0,
        cloudProvider: "none",
        centralConfig: false,
        breakdownMetrics: false,
      });
    },
  );

  it("CFG-22, CFG-23 accepts options that only concern traces with one debug line", () => {
    const logger = new RecordingLogger();
    const env = {
      ELASTIC_APM_TRANSACTION_SAMPLE_RATE: "0.1",
      ELASTIC_APM_CAPTURE_BODY: "all",
      ELASTIC_APM_DEBUG: "true",
    };
    const config = Config.load({ captureHeaders: false, spanCompressionEnabled: true } as object, env, logger);
    expect(logger.of("warn")).toEqual([]);
    expect(logger.of("debug").join("\n")).toMatch(
      /TRANSACTION_SAMPLE_RATE, ELASTIC_APM_CAPTURE_BODY, ELASTIC_APM_DEBUG/,
    );
    expect(logger.of("debug").join("\n")).toMatch(/captureHeaders/);
    config.applyCentral({ transaction_max_spans: "10" });
    expect(logger.of("warn")).toEqual([]);
  });
});

describe("the table", () => {
  const options: readonly OptionDefinition[] = OPTIONS;

  it("CFG-32 shows every option with its source, secrets never (CFG-31)", () => {
    const logger = new RecordingLogger();
    const config = Config.load(
      { secretToken: "s3cret-token", apiKey: "YWJjOmRlZg==", serverUrl: "http://user:pa%3Ass@host:1/x" },
      {},
      logger,
    );
    config.logEffective();
    const text = [...logger.lines, JSON.stringify(config.effective())].join("\n");
    expect(text).not.toMatch(/s3cret-token|YWJjOmRlZg==|pa%3Ass|pa:ss/);
    expect(text).toContain("http://user:[REDACTED]@host:1/x");
    for (const option of options) expect(text).toContain(`${option.name}=`);
    expect(config.secrets).toEqual(["s3cret-token", "YWJjOmRlZg==", "pa:ss"]);
  });

  it("has a valid default and a camelCase name for every option, and no name twice", () => {
    const config = Config.load({}, {});
    const names = options.flatMap((option) => [option.name, ...(option.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const option of options) {
      expect(option.name).toMatch(/^[a-z][a-z_0-9]*$/);
      expect(COMPATIBLE_OPTIONS.has(option.name)).toBe(false);
      if (option.default !== undefined) expect(Object.keys(config.values)).toContain(valueKey(option));
    }
    expect(camelCase("server_ca_cert_file")).toBe("serverCaCertFile");
  });

  it("knows the 51 default boundaries, the powers of √2", () => {
    const boundaries = Config.load({}, {}).values.customMetricsHistogramBoundaries;
    expect(boundaries).toHaveLength(51);
    for (const [i, value] of boundaries.entries()) expect(value / 2 ** (-8 + i / 2)).toBeCloseTo(1, 4);
  });
});
