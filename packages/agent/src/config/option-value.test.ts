import { describe, expect, it } from "vitest";
import { InvalidValue, parseOption } from "./option-value.js";
import { OPTIONS, type OptionDefinition } from "./options.js";

function parse(name: string, raw: unknown): unknown {
  const option = (OPTIONS as readonly OptionDefinition[]).find((candidate) => candidate.name === name);
  return parseOption(option as OptionDefinition, raw);
}

/** [option, raw value, parsed value] */
const VALID: [string, unknown, unknown][] = [
  ["recording", "true", true],
  ["recording", "False", false],
  ["recording", true, true],
  ["metrics_interval", "30s", 30_000],
  ["metrics_interval", "1s", 1000],
  ["metrics_interval", "1000ms", 1000],
  ["metrics_interval", "2m", 120_000],
  ["metrics_interval", "0s", 0],
  ["metrics_interval", "0ms", 0],
  ["metrics_interval", 15, 15_000],
  ["server_timeout", 0.5, 500],
  ["server_timeout", "500ms", 500],
  ["api_request_time", "2147483647ms", 2_147_483_647],
  ["api_request_size", "768kb", 786_432],
  ["api_request_size", "1MB", 1_048_576],
  ["api_request_size", "10b", 10],
  ["max_queue_size", "1gb", 1_073_741_824],
  ["metrics_limit", "5", 5],
  ["metrics_limit", 5, 5],
  ["series_expiry", "0", 0],
  ["disable_metrics", "a,b, c,,", 3],
  ["metrics_sets", " a , b ", ["a", "b"]],
  ["metrics_sets", ["a", " b "], ["a", "b"]],
  ["global_labels", "team=a, tier = 1=x", { team: "a", tier: "1=x" }],
  ["global_labels", { team: "a", n: 1 }, { team: "a", n: "1" }],
  ["custom_metrics_histogram_boundaries", "3,1,2,1", [1, 2, 3]],
  ["log_level", "WARN", "warning"],
  ["log_level", "fatal", "critical"],
  ["cloud_provider", "true", "auto"],
  ["cloud_provider", false, "none"],
  ["cloud_provider", "", "none"],
  ["cloud_provider", "AWS", "aws"],
  ["server_url", "https://host/prefix/", "https://host/prefix/"],
];

const INVALID: [string, unknown][] = [
  ["recording", "yes"],
  ["recording", 1],
  ["metrics_interval", "30"],
  ["metrics_interval", "1.5s"],
  ["metrics_interval", "1h"],
  ["metrics_interval", "10 s"],
  ["metrics_interval", "10S"],
  ["metrics_interval", "999ms"],
  ["metrics_interval", "1ms"],
  ["metrics_interval", "-1s"],
  ["api_request_time", "-5s"],
  ["server_timeout", "-1ms"],
  ["server_timeout", "5"],
  ["metrics_interval", Number.NaN],
  ["metrics_interval", "40000m"],
  ["api_request_time", "2147483648ms"],
  ["api_request_size", "768"],
  ["api_request_size", "1.5mb"],
  ["metrics_limit", "0"],
  ["metrics_limit", "1.5"],
  ["metrics_limit", Number.NaN],
  ["series_expiry", "-1"],
  ["global_labels", "novalue"],
  ["custom_metrics_histogram_boundaries", "1,x"],
  ["custom_metrics_histogram_boundaries", [1, Number.NaN]],
  ["log_level", "loud"],
  ["service_name", "sch(ön)"],
  ["service_name", "  "],
  ["service_name", ""],
  ["server_url", "127.0.0.1:8200"],
  ["server_url", "ftp://host"],
  ["server_url", "http://user:100%@host"],
  ["server_cert", "/does/not/exist"],
  ["server_cert", "/"],
  ["server_cert", ""],
];

describe("values (configuration.md §6.2)", () => {
  it.each(VALID)("%s accepts %j", (name, raw, parsed) => {
    const value = parse(name, raw);
    if (name === "disable_metrics") expect(value).toHaveLength(parsed as number);
    else expect(value).toEqual(parsed);
  });

  it.each(INVALID)("CFG-2 %s refuses %j", (name, raw) => {
    expect(() => parse(name, raw)).toThrow(InvalidValue);
  });

  it("W-49 takes one server URL: a list of them is invalid", () => {
    expect(() => parse("server_url", "http://a:1,http://b:2")).toThrow(InvalidValue);
  });

  it("W-70 refuses certificate files that do not exist or are no files", () => {
    for (const name of ["server_cert", "server_ca_cert_file"]) {
      expect(() => parse(name, "/does/not/exist")).toThrow(/does not exist/);
      expect(() => parse(name, "/tmp")).toThrow(/not a regular file/);
    }
  });

  it("D-CFG-2 trims the items of a list", () => {
    expect(parse("metrics_sets", " a ,b,  c")).toEqual(["a", "b", "c"]);
  });

  it("D-CFG-3 takes nothing but true and false for a boolean", () => {
    for (const text of ["1", "on", "yes", "T", " true"]) expect(() => parse("recording", text)).toThrow(InvalidValue);
  });

  it("D-CFG-4 refuses negative intervals", () => {
    for (const name of ["metrics_interval", "api_request_time", "server_timeout"]) {
      expect(() => parse(name, "-1s")).toThrow(InvalidValue);
    }
  });
});
