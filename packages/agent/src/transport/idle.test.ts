import { describe, expect, it } from "vitest";
import { accountedFor, harness } from "./harness.testing.js";
import type { OutgoingRequest, Sender } from "./http/sender.js";
import { sendError } from "./http/sender.js";
import { ManualClock } from "./manual-clock.testing.js";

const HOUR_MS = 3_600_000;

/** A server that refuses every connection. */
class Refusing implements Sender {
  requests: OutgoingRequest[] = [];
  async send(request: OutgoingRequest): Promise<never> {
    this.requests.push(request);
    throw sendError("ECONNREFUSED", "connect ECONNREFUSED");
  }
  close(): void {}
}

describe("an hour, by a simulated clock", () => {
  it("W-35 idle: nothing is sent, and one timer fires every api_request_time", async () => {
    const clock = new ManualClock();
    const sender = new Refusing();
    const { transport } = harness({ serverUrl: "http://127.0.0.1:1" }, { clock, sender, random: () => 0.5 });
    transport.start();
    await clock.pass(HOUR_MS);
    expect(sender.requests).toEqual([]);
    expect(clock.armed).toBeLessThanOrEqual(HOUR_MS / 10_000 + 1);
    expect(clock.pending).toHaveLength(1);
  });

  it("W-47, W-46, CFG-33 the server away: about a hundred attempts, one log line a minute, memory within max_queue_size", async () => {
    const clock = new ManualClock();
    const sender = new Refusing();
    const { transport, queue, logger } = harness(
      { serverUrl: "http://127.0.0.1:1", maxQueueSize: "200kb" },
      { clock, sender, random: () => 0.5 },
    );
    transport.start();
    for (let interval = 0; interval < 120; interval++) {
      queue(1, 3000);
      await clock.pass(30_000);
    }
    // 0, 1, 4, 9, 16, 25 s, then one each 36 s.
    expect(sender.requests.length).toBeGreaterThan(90);
    expect(sender.requests.length).toBeLessThan(110);
    expect(logger.of("error").length).toBeLessThanOrEqual(61);
    expect(logger.of("error").at(-1)).toMatch(/ECONNREFUSED.*times before this, not logged/);
    expect(logger.of("warn").length).toBeLessThanOrEqual(60);
    const stats = transport.stats();
    expect(accountedFor(stats)).toBe(120);
    // 200 KiB hold 67 batches of 3 KB.
    expect(stats.queued).toBeGreaterThanOrEqual(60);
    expect(stats.queued).toBeLessThanOrEqual(68);
    expect(clock.armed).toBeLessThan(700);
  });

  it("W-30 the dropped are named in a warning, with their number, at most one a minute", async () => {
    const clock = new ManualClock();
    const { transport, queue, logger } = harness(
      { serverUrl: "http://127.0.0.1:1", maxQueueSize: "10kb", apiRequestSize: "1kb" },
      { clock, sender: new Refusing() },
    );
    transport.start();
    await clock.pass(0);
    for (let second = 0; second < 120; second++) {
      queue(1, 2000);
      await clock.pass(1000);
    }
    const warnings = logger.of("warn");
    expect(warnings.length).toBeGreaterThanOrEqual(2);
    expect(warnings.length).toBeLessThanOrEqual(3);
    const named = warnings.map((line) => Number(/the oldest (\d+) events/.exec(line)?.[1]));
    expect(named.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(transport.stats().dropped.queueFull);
    expect(named[1]).toBeGreaterThan(50);
  });
});
