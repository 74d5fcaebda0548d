import { describe, expect, it, vi } from "vitest";
import { type Admitted, LoadGate } from "./load-gate.js";

// The machine may be busy: what is waited for is a condition, not a time.
vi.setConfig({ expect: { poll: { timeout: 15_000 } } });

const GIB = 1024 ** 3;

class Request implements Admitted {
  stopped: string | undefined;
  constructor(readonly lastMs: number | undefined) {}
  progressMs(): number | undefined {
    return this.stopped === undefined ? this.lastMs : undefined;
  }
  stop(why: "shed" | "closing"): void {
    this.stopped = why;
  }
}

function filled(gate: LoadGate, nowMs: number): number {
  let count = 0;
  for (; gate.hasRoom(nowMs) && count < 20_000; count++) gate.enter(new Request(nowMs));
  return count;
}

describe("LoadGate", () => {
  it("D-SRV-7 lets in as many requests as memory allows", () => {
    expect(filled(new LoadGate(0, GIB), 0)).toBe(819);
    expect(filled(new LoadGate(0, GIB / 64), 0)).toBe(64);
    expect(filled(new LoadGate(0, 64 * GIB), 0)).toBe(8192);
    expect(filled(new LoadGate(3, GIB), 0)).toBe(3);
  });

  it("D-SRV-7 lets nobody in while an eighth of the memory is held", () => {
    const gate = new LoadGate(0, GIB);
    gate.heldBytes = GIB / 8;
    expect(gate.hasRoom(0)).toBe(false);
    gate.heldBytes--;
    expect(gate.hasRoom(0)).toBe(true);
  });

  it("D-SRV-7 gives up the request that has been silent longest, and none that is busy", () => {
    const gate = new LoadGate(3, GIB);
    const [fresh, oldest, writing] = [new Request(9_500), new Request(1_000), new Request(undefined)];
    for (const request of [fresh, oldest, writing]) gate.enter(request);
    expect(gate.hasRoom(10_000)).toBe(true);
    expect([fresh.stopped, oldest.stopped, writing.stopped]).toEqual([undefined, "shed", undefined]);
    gate.leave(oldest);
    gate.enter(new Request(9_900));
    expect(gate.hasRoom(10_000)).toBe(false);
  });

  it("waits for the requests inside, and ends those that go on sending", async () => {
    const gate = new LoadGate(3, GIB);
    await gate.drained(0);
    const [quick, endless] = [new Request(0), new Request(0)];
    gate.enter(quick);
    gate.enter(endless);
    let drained = false;
    const waiting = gate.drained(20).then(() => {
      drained = true;
    });
    gate.leave(quick);
    await expect.poll(() => endless.stopped).toBe("closing");
    expect(drained).toBe(false);
    gate.leave(endless);
    await waiting;
  });
});
