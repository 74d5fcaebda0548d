import { describe, expect, it } from "vitest";
import { unitOf } from "./unit.js";

describe("unitOf", () => {
  it("QRY-6 is as sent, else told by the name, else unknown", () => {
    expect(unitOf("anything", "micros")).toBe("micros");
    expect(unitOf("system.cpu.total.norm.pct", null)).toBe("percent");
    expect(unitOf("system.memory.total", null)).toBe("byte");
    expect(unitOf("system.process.memory.rss.bytes", null)).toBe("byte");
    expect(unitOf("transaction.duration.us", null)).toBe("us");
    expect(unitOf("nodejs.eventloop.delay.avg.ms", null)).toBe("ms");
    expect(unitOf("constructor", null)).toBeNull();
  });
});
