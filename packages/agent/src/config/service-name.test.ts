import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Config } from "./config.js";
import { discoverService, serviceNameOf } from "./service-name.js";

describe("service name discovery (configuration.md §6.4)", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tidegauge-service-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ["my-app", "my-app"],
    ["@acme/billing.api", "acme-billing_api"],
    ["@@@", undefined],
    ["  padded ", "padded"],
    [" _-", undefined],
    [42, undefined],
  ])("turns the package name %s into %s", (packageName, serviceName) => {
    expect(serviceNameOf(packageName)).toBe(serviceName);
  });

  it("D-CFG-5 searches upward from the main script, past files that are no JSON", () => {
    const deep = join(root, "node_app", "src", "bin");
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(root, "package.json"), JSON.stringify({ name: "@acme/shop", version: "3.1.4" }));
    writeFileSync(join(root, "node_app", "package.json"), "{ torn");
    expect(discoverService({}, join(deep, "main.js"))).toEqual({ name: "acme-shop", version: "3.1.4" });
    expect(discoverService({}, "", deep)).toEqual({ name: "acme-shop", version: "3.1.4" });
  });

  it("prefers the function's name in AWS Lambda and in Azure Functions", () => {
    writeFileSync(join(root, "package.json"), JSON.stringify({ name: "shop", version: "1" }));
    const main = join(root, "main.js");
    expect(discoverService({ AWS_LAMBDA_FUNCTION_NAME: "fn", AWS_LAMBDA_FUNCTION_VERSION: "7" }, main)).toEqual({
      name: "fn",
      version: "7",
    });
    const azure = { FUNCTIONS_WORKER_RUNTIME: "node", WEBSITE_SITE_NAME: "site" };
    expect(discoverService(azure, main).name).toBe("site");
    expect(discoverService({ WEBSITE_SITE_NAME: "site" }, main).name).toBe("shop");
    expect(discoverService({ AWS_LAMBDA_FUNCTION_NAME: "f(n)" }, main).name).toBe("shop");
  });

  it("CFG-2 goes on as if absent, with an error, when the configured name is invalid", () => {
    const messages: string[] = [];
    const log = (message: string) => messages.push(message);
    const logger = {
      trace: log,
      debug: log,
      info: log,
      warn: log,
      fatal: log,
      error: (m: string) => log(`ERROR ${m}`),
    };
    const config = Config.load({ serviceName: "  " }, { ELASTIC_APM_SERVICE_NAME: "sch(ön)" }, logger);
    expect(config.values.serviceName).toMatch(/^[a-zA-Z0-9 _-]+$/);
    expect(messages.filter((message) => message.startsWith("ERROR"))).toEqual([
      expect.stringContaining("ELASTIC_APM_SERVICE_NAME"),
      expect.stringContaining("serviceName"),
    ]);
  });
});
