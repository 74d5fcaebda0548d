import { describe, expect, it } from "vitest";
import { Arrivals } from "../store/write/arrivals.js";
import { summarizeServices } from "./services.js";

const NOW = Date.UTC(2026, 4, 5, 12);
const MINUTE_MS = 60_000;

/** A service whose newest stored event is this far from now, milliseconds. */
const stored = (name: string, eventMs: number) => ({
  name,
  environments: [],
  agentName: "nodejs",
  agentVersion: "1",
  nodes: ["n"],
  firstMs: NOW - 60 * MINUTE_MS,
  lastMs: NOW + eventMs,
});

describe("QRY-30 a service is seen by the clock of the server", () => {
  const summary = (name: string, eventMs: number, arrivedMs?: number) => {
    const arrivals = new Arrivals();
    if (arrivedMs !== undefined) arrivals.note(name, NOW + arrivedMs, NOW + eventMs);
    const [service] = summarizeServices([stored(name, eventMs)], [], arrivals, NOW);
    return [service?.status, (Date.parse(service?.lastSeen ?? "") - NOW) / MINUTE_MS, service?.clockOffsetMs];
  };

  it("whose clock is behind reports all the same", () => {
    expect(summary("behind", -10 * MINUTE_MS, 0)).toEqual(["reporting", 0, -10 * MINUTE_MS]);
  });

  it("whose clock is ahead falls silent when it does", () => {
    const day = 24 * 60 * MINUTE_MS;
    expect(summary("ahead", day, -MINUTE_MS)).toEqual(["reporting", -1, day + MINUTE_MS]);
    expect(summary("ahead", day, -6 * MINUTE_MS)).toEqual(["silent", -6, day + 6 * MINUTE_MS]);
  });

  it("is never seen for the first time after the last", () => {
    const arrivals = new Arrivals();
    arrivals.note("ahead", NOW, NOW + 60 * MINUTE_MS);
    const ahead = { ...stored("ahead", 60 * MINUTE_MS), firstMs: NOW + 60 * MINUTE_MS };
    const [service] = summarizeServices([ahead], [], arrivals, NOW);
    expect([service?.firstSeen, service?.lastSeen]).toEqual(Array(2).fill(new Date(NOW).toISOString()));
  });

  it("whose clock is right says nothing of it", () => {
    expect(summary("right", -MINUTE_MS / 2, 0)).toEqual(["reporting", 0, undefined]);
  });

  it("that has not reported since the start is known by its events, none of them later than now", () => {
    expect(summary("former", -10 * MINUTE_MS)).toEqual(["silent", -10, undefined]);
    expect(summary("former", 10 * MINUTE_MS)).toEqual(["reporting", 0, undefined]);
  });
});
