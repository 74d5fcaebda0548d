import { expect, it } from "vitest";
import { Arrivals } from "./arrivals.js";

const MINUTE_MS = 60_000;

it("QRY-30 knows when a service reported last and how far its clock is off, whatever a spool brings late", () => {
  const arrivals = new Arrivals();
  arrivals.note("shop", 0, -10);
  arrivals.note("shop", MINUTE_MS, -60 * MINUTE_MS);
  expect(arrivals.of("shop")).toMatchObject({ receivedMs: MINUTE_MS, offsetMs: -10 });
  arrivals.note("slow", 0, -10 * MINUTE_MS);
  expect(arrivals.of("slow")).toMatchObject({ receivedMs: 0, offsetMs: -10 * MINUTE_MS });
  // A clock that was put right is believed after a while.
  arrivals.note("shop", 2 * MINUTE_MS, 62 * MINUTE_MS);
  arrivals.note("shop", 7 * MINUTE_MS, 7 * MINUTE_MS);
  expect(arrivals.of("shop")).toMatchObject({ receivedMs: 7 * MINUTE_MS, offsetMs: 0 });
  expect(arrivals.of("other")).toBeUndefined();
});

it("QRY-30 remembers a bounded number of services", () => {
  const arrivals = new Arrivals();
  for (let n = 0; n <= 10_000; n++) arrivals.note(`s${n}`, n, n);
  expect([arrivals.of("s0"), arrivals.of("s1")?.receivedMs]).toEqual([undefined, 1]);
});
