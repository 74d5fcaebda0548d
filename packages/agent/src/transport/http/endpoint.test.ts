import { describe, expect, it } from "vitest";
import { Config } from "../../config/index.js";
import { Endpoint, isLoopback, userAgent } from "./endpoint.js";

function endpoint(options: object): Endpoint {
  return new Endpoint(Config.load({ serviceName: "shop", serviceVersion: "1.2.3", ...options }, {}).values);
}

describe("endpoint", () => {
  it.each([
    ["http://h:8200", "http://h:8200/intake/v2/events", "http://h:8200/config/v1/agents", "http://h:8200/"],
    ["http://h:8200/", "http://h:8200/intake/v2/events", "http://h:8200/config/v1/agents", "http://h:8200/"],
    [
      "http://h:8200/apm",
      "http://h:8200/apm/intake/v2/events",
      "http://h:8200/apm/config/v1/agents",
      "http://h:8200/apm/",
    ],
    ["https://h/a/b/?x#y", "https://h/a/b/intake/v2/events", "https://h/a/b/config/v1/agents", "https://h/a/b/"],
  ])("W-1, W-2 joins %s", (serverUrl, events, config, base) => {
    const { events: e, config: c, base: b } = endpoint({ serverUrl });
    expect([e.href, c.href, b.href]).toEqual([events, config, base]);
  });

  it("W-5 uses a user and password in the URL only without token and key, and never keeps them in the URL", () => {
    const made = endpoint({ serverUrl: "http://u:p%20w@h/" });
    expect(made.headers.Authorization).toBe(`Basic ${Buffer.from("u:p w").toString("base64")}`);
    expect(made.events.href).toBe("http://h/intake/v2/events");
    expect(endpoint({ serverUrl: "http://u:p@h/", secretToken: "t" }).headers.Authorization).toBe("Bearer t");
  });

  it.each([
    ["localhost", true],
    ["LOCALHOST", true],
    ["127.0.0.1", true],
    ["[::1]", true],
    ["0:0:0:0:0:0:0:1", true],
    ["127.0.0.2", false],
    ["localhost.example.org", false],
  ])("W-42 %s is this machine: %s", (hostname, expected) => {
    expect(isLoopback(hostname)).toBe(expected);
  });

  it.each([
    ["myService", undefined, /^apm-agent-[a-z]+\/[^ ]* \(myService\)/],
    ["myService", "123(:\\;)456", /^apm-agent-[a-z]+\/[^ ]* \(myService 123_:_;_456\)/],
    ["myService/()<>@", undefined, /^apm-agent-[a-z]+\/[^ ]* \(.*\)/],
    ["n\u0000ö\u20ac", "1\n", /^apm-agent-nodejs\/\S+ \(n_ö_ 1_\) tidegauge$/],
  ])("W-6 names the agent and the service %j %j", (name, version, pattern) => {
    expect(userAgent(name, version)).toMatch(pattern);
    expect(userAgent(name, version)).toMatch(/ tidegauge$/);
  });
});
