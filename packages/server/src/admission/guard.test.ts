import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { guard, isLoopback } from "./guard.js";

function request(from: string, headers: Record<string, string> = {}, method = "POST"): IncomingMessage {
  return { method, headers, socket: { remoteAddress: from } } as unknown as IncomingMessage;
}

const OPEN = { credentialsConfigured: false, insecure: false };

describe("guard", () => {
  it("D-SRV-12 serves only this machine when there are no credentials", () => {
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      expect(guard(request(address), OPEN)).toBeUndefined();
    }
    for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "128.0.0.1"]) {
      expect(guard(request(address), OPEN)?.reason).toBe("remote");
    }
  });

  it("D-SRV-12 serves everybody with credentials, or with --insecure", () => {
    const far = request("10.0.0.1", { host: "tidegauge:8200" });
    expect(guard(far, { credentialsConfigured: true, insecure: false })).toBeUndefined();
    expect(guard(far, { credentialsConfigured: false, insecure: true })).toBeUndefined();
  });

  it("D-SRV-12 refuses names that could have been rebound to this machine", () => {
    for (const host of ["localhost:8200", "127.0.0.1:1", "[::1]:8200", "a.localhost", hostname(), "LOCALHOST"]) {
      expect(guard(request("127.0.0.1", { host }), OPEN)).toBeUndefined();
    }
    for (const host of ["evil.example", "localhost.evil.example:8200", "127.0.0.1.evil.example"]) {
      expect(guard(request("127.0.0.1", { host }, "GET"), OPEN)?.reason).toBe("host");
    }
  });

  it("D-SRV-12 refuses what a page of another site sends, with and without credentials", () => {
    for (const options of [OPEN, { credentialsConfigured: true, insecure: false }]) {
      for (const origin of ["https://evil.example", "null", "http://127.0.0.1:9999", ":"]) {
        expect(guard(request("127.0.0.1", { host: "127.0.0.1:8200", origin }), options)?.reason).toBe("origin");
      }
      expect(
        guard(request("127.0.0.1", { host: "127.0.0.1:8200", origin: "http://127.0.0.1:8200" }), options),
      ).toBeUndefined();
    }
  });

  it("D-SRV-12 believes a browser's Sec-Fetch-Site where a proxy has rewritten Host, and where it has not", () => {
    const sent = (headers: Record<string, string>, method = "POST") =>
      guard(request("127.0.0.1", { host: "127.0.0.1:8200", ...headers }, method), OPEN)?.reason;
    const origin = "https://metrics.example";
    expect(sent({ origin, "sec-fetch-site": "same-origin" })).toBeUndefined();
    for (const site of ["same-site", "cross-site"]) {
      expect(sent({ origin, "sec-fetch-site": site })).toBe("origin");
      expect(sent({ origin: "http://127.0.0.1:8200", "sec-fetch-site": site })).toBe("origin");
      expect(sent({ "sec-fetch-site": site })).toBe("origin");
      expect(sent({ origin, "sec-fetch-site": site }, "GET")).toBeUndefined();
    }
    for (const site of ["none", "", "Same-Origin, same-origin"]) {
      expect(sent({ origin, "sec-fetch-site": site })).toBe("origin");
    }
  });

  it("D-SRV-12 asks for the Host of this machine whatever Sec-Fetch-Site says", () => {
    const rebound = { host: "evil.example", "sec-fetch-site": "same-origin" };
    expect(guard(request("127.0.0.1", rebound), OPEN)?.reason).toBe("host");
  });

  it("knows loopback addresses", () => {
    expect(isLoopback(undefined)).toBe(false);
    expect(isLoopback("localhost")).toBe(true);
    expect(isLoopback("127.evil.example")).toBe(false);
    expect(isLoopback("0.0.0.0")).toBe(false);
  });
});
