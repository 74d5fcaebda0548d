import type { Metadata } from "@tidegauge/protocol";
import { describe, expect, it } from "vitest";
import { isAtLeast, metadataFor, parseServerVersion } from "./server-version.js";

describe("server version", () => {
  it.each([
    ["8.15.0", [8, 15, 0]],
    ["1.2", [1, 2, 0]],
    ["7", [7, 0, 0]],
    ["8.0.0-alpha1", [8, 0, 0, "alpha1"]],
    ["1.2.3alpha1", [1, 2, 0]],
    ["", undefined],
    ["latest", undefined],
  ])("W-56 reads %s", (text, expected) => {
    expect(parseServerVersion(text)).toEqual(expected);
  });

  it("W-57 takes an unknown version for the newest", () => {
    expect(isAtLeast(undefined, 99, 0, 0)).toBe(true);
    expect(isAtLeast([8, 7, 1], 8, 7, 1)).toBe(true);
    expect(isAtLeast([8, 7, 0], 8, 7, 1)).toBe(false);
    expect(isAtLeast([9, 0, 0], 8, 7, 1)).toBe(true);
  });

  const metadata: Metadata = {
    service: { name: "s", agent: { name: "nodejs", version: "1", activation_method: "require" } },
    system: { detected_hostname: "h", configured_hostname: "c" },
  };

  it("W-57 leaves out activation_method for 8.7.0 only", () => {
    expect(metadataFor(metadata, [8, 7, 0]).service.agent).toEqual({ name: "nodejs", version: "1" });
    for (const version of [
      undefined,
      parseServerVersion("8.7.1"),
      parseServerVersion("8.6.9"),
      parseServerVersion("9.5.2"),
    ]) {
      expect(metadataFor(metadata, version).service.agent.activation_method).toBe("require");
    }
  });

  it("W-57 adds the deprecated host name for servers before 7.4.0", () => {
    expect(metadataFor(metadata, [7, 3, 2]).system?.hostname).toBe("c");
    expect(metadataFor(metadata, [7, 4, 0]).system?.hostname).toBeUndefined();
    expect(metadataFor(metadata, undefined)).toBe(metadata);
  });
});
