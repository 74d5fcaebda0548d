import { describe, expect, it } from "vitest";
import type { Metadata } from "../metadata.js";
import { DecodeError } from "./decode-error.js";
import { decodeMetadata } from "./metadata.js";

const MINIMAL = { service: { name: "my-app", agent: { name: "nodejs", version: "1.0.0" } } };

/** The example of wire-and-transport.md §7.3, every object of the schema. */
const COMPLETE: Metadata = {
  service: {
    name: "my-app",
    version: "1.2.3",
    environment: "production",
    id: "i",
    agent: { name: "nodejs", version: "1.0.0", activation_method: "require", ephemeral_id: "e" },
    language: { name: "javascript" },
    runtime: { name: "node", version: "20.20.2" },
    framework: { name: "express" },
    node: { configured_name: "web-1" },
  },
  process: { pid: 42, ppid: 1, title: "node", argv: ["a", "b"] },
  system: {
    detected_hostname: "web-1.example.org",
    architecture: "x64",
    platform: "linux",
    host_id: "h",
    container: { id: "c" },
    kubernetes: { namespace: "default", node: { name: "n1" }, pod: { name: "web-1", uid: "u" } },
  },
  cloud: {
    provider: "aws",
    region: "us-east-1",
    availability_zone: "us-east-1a",
    account: { id: "123456789012" },
    instance: { id: "i-1", name: "n" },
    machine: { type: "t3.small" },
    project: { id: "p" },
    service: { name: "EC2" },
  },
  labels: { team: "a", n: 1, b: true },
  user: { id: "1", email: "e", username: "u", domain: "d" },
  network: { connection: { type: "wifi" } },
};

function message(value: unknown): string | undefined {
  const result = decodeMetadata(value);
  return result instanceof DecodeError ? result.message : undefined;
}

describe("decodeMetadata", () => {
  it("W-20 keeps every known field and omits null and unknown ones", () => {
    expect(decodeMetadata(COMPLETE)).toEqual(COMPLETE);
    expect(decodeMetadata({ ...MINIMAL, process: null, zzz: 1, system: { platform: null, container: {} } })).toEqual(
      MINIMAL,
    );
  });

  it("SRV-22 requires service, its name and its agent", () => {
    expect(message({ user: null })).toBe("validation error: 'metadata' required");
    expect(message({ labels: { a: 1 } })).toBe("validation error: metadata: 'service' required");
    expect(message({ service: { name: "x" } })).toBe("validation error: metadata: service: 'agent' required");
    expect(message({ service: { name: "x", agent: { name: "", version: "1" } } })).toBe(
      "validation error: metadata: service: agent: 'name': validation rule 'minLength(1)' violated",
    );
    expect(message({ service: { ...MINIMAL.service, name: "a/b!" } })).toBe(
      "validation error: metadata: service: 'name': validation rule 'pattern(patternAlphaNumericExt)' violated",
    );
  });

  it("W-20 requires what an object that is present needs", () => {
    expect(message({ ...MINIMAL, process: { title: "t" } })).toBe(
      "validation error: metadata: process: 'pid' required",
    );
    expect(message({ ...MINIMAL, cloud: { region: "r" } })).toBe(
      "validation error: metadata: cloud: 'provider' required",
    );
    expect(message({ service: { ...MINIMAL.service, runtime: { name: "node" } } })).toBe(
      "validation error: metadata: service: runtime: 'version' required",
    );
  });

  it("W-20 refuses wrong types before broken rules", () => {
    expect(message({ service: { agent: { name: 5 } }, process: { pid: "1" } })).toMatch(/^decode error: .*agent\.name/);
    expect(message({ ...MINIMAL, process: { pid: 1.5 } })).toMatch(/^decode error: .*process\.pid/);
    expect(message([])).toMatch(/^decode error/);
  });

  it("SRV-44 checks global labels as labels of an event and keeps a numeric user id as text", () => {
    expect(message({ ...MINIMAL, labels: { a: { b: 1 } } })).toBe(
      "validation error: metadata: 'labels': validation rule 'inputTypesVals(string;bool;number)' violated for key a",
    );
    expect(decodeMetadata({ ...MINIMAL, user: { id: 7 } })).toMatchObject({ user: { id: "7" } });
  });
});
