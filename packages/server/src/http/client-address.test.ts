import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientAddress } from "./client-address.js";

function of(headers: Record<string, string>, remoteAddress = "::ffff:10.0.0.9"): string | undefined {
  return clientAddress({ headers, socket: { remoteAddress } } as unknown as IncomingMessage);
}

describe("clientAddress", () => {
  it("SRV-40 takes Forwarded, then X-Real-IP, then the first of X-Forwarded-For, then the socket", () => {
    const all = {
      forwarded: "proto=https;for=192.0.2.1;by=x",
      "x-real-ip": "192.0.2.2",
      "x-forwarded-for": "192.0.2.3, 192.0.2.4",
    };
    expect(of(all)).toBe("192.0.2.1");
    expect(of({ ...all, forwarded: "" })).toBe("192.0.2.2");
    expect(of({ "x-forwarded-for": all["x-forwarded-for"] })).toBe("192.0.2.3");
    expect(of({})).toBe("10.0.0.9");
  });

  it("SRV-40 strips ports, quotes and brackets, and believes nothing that is no address", () => {
    expect(of({ forwarded: 'For="[2001:db8::17]:4711"' })).toBe("2001:db8::17");
    expect(of({ forwarded: "for=192.0.2.1:1234" })).toBe("192.0.2.1");
    expect(of({ "x-real-ip": "2001:db8::1" })).toBe("2001:db8::1");
    expect(of({ forwarded: "for=_hidden", "x-real-ip": "<script>" })).toBe("10.0.0.9");
  });
});
