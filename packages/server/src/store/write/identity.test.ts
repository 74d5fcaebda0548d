import type { Metadata } from "@tidegauge/protocol";
import { describe, expect, it } from "vitest";
import { labelText, overriddenSender, senderOf } from "./identity.js";

const service = { name: "shop", version: "3", agent: { name: "nodejs", version: "1" } };
const of = (system: Metadata["system"], more: Partial<Metadata> = {}): ReturnType<typeof senderOf> =>
  senderOf({ service, ...(system ? { system } : {}), ...more });

describe("senderOf", () => {
  it("STO-1 D-SRV-11 knows a process by its ephemeral id, else by host, container and pid", () => {
    const agent = { ...service.agent, ephemeral_id: "uuid" };
    expect(of(undefined, { service: { ...service, agent } }).process).toBe("e:uuid");
    const own = (pid: number, container?: string): string =>
      of({ detected_hostname: "h", ...(container ? { container: { id: container } } : {}) }, { process: { pid } })
        .process;
    expect(new Set([own(1), own(2), own(1, "c"), own(1)]).size).toBe(3);
  });

  it("STO-2 names a node by its configured name, else its container, else its host", () => {
    const system = { detected_hostname: "h", container: { id: "c" } };
    expect(of(system, { service: { ...service, node: { configured_name: "n" } } }).node).toBe("n");
    expect(of(system).node).toBe("c");
    expect(of({ detected_hostname: "h" }).node).toBe("h");
    expect(of(undefined).node).toBeNull();
  });

  it("SRV-50 finds the host's name, on Kubernetes that of its node", () => {
    expect(of({ detected_hostname: "d", configured_hostname: "c" }).host).toBe("c");
    expect(of({ hostname: "old" }).host).toBe("old");
    expect(of({ detected_hostname: "pod", kubernetes: { node: { name: "knode" } } }).host).toBe("knode");
    expect(of({ detected_hostname: "pod", kubernetes: { namespace: "ns" } }).host).toBeNull();
  });

  it("SRV-46 lets a metricset replace name and version together", () => {
    const sender = senderOf({ service });
    expect(overriddenSender(sender, { name: "other" })).toMatchObject({ service: "other", version: null });
    expect(overriddenSender(sender, { version: "4" })).toMatchObject({ service: "shop", version: "4" });
    expect(overriddenSender(sender, {})).toBe(sender);
  });
});

describe("labelText", () => {
  it("STO-3 SRV-44 sorts keys, replaces what Elastic replaces, and lays own labels over global ones", () => {
    const text = labelText({ region: "eu", "a.b": "global" }, { 'x*"y': true, "a.b": 5 });
    expect(JSON.parse(text)).toEqual({ a_b: "5", region: "eu", x__y: "true" });
    expect(text).toBe(labelText({ "a.b": 5, region: "eu" }, { 'x*"y': "true" }));
    expect(labelText(undefined, undefined)).toBe("{}");
  });
});
