import fc from "fast-check";
import { expect, it } from "vitest";
import type { Span } from "./span.js";
import { Tracer } from "./tracer.js";

interface Step {
  /** Which open span the new one is started under, or which open span ends. */
  pick: number;
  kind: "start" | "end";
  at: number;
}

interface Shadow {
  span: Span;
  id: string;
  parent: Shadow | undefined;
  start: number;
  end: number | undefined;
  /** Intervals of direct children, in the order of calls; an open one has no end yet. */
  children: { start: number; end: number | undefined; openedAt: number; closedAt: number }[];
}

const BASE = 1_700_000_000_000;

/**
 * The rule of BD-10…BD-17 by brute force, millisecond by millisecond: a cluster is a run of calls during which at least one child is open; it covers
 * everything from its earliest start to its latest end; a millisecond covered by any cluster within the parent is no self time.
 */
function selfTimeMs(shadow: Shadow, end: number): number {
  const clusters: [number, number][] = [];
  let open = 0;
  const calls = shadow.children.flatMap((child) => [
    { order: child.openedAt, start: child.start, end: undefined as number | undefined },
    { order: child.closedAt, start: undefined, end: child.end },
  ]);
  calls.sort((a, b) => a.order - b.order);
  for (const call of calls) {
    if (call.start !== undefined) {
      if (open++ === 0) clusters.push([call.start, Number.NEGATIVE_INFINITY]);
      const cluster = clusters.at(-1) as [number, number];
      cluster[0] = Math.min(cluster[0], call.start);
    } else if (call.end !== undefined) {
      open--;
      const cluster = clusters.at(-1) as [number, number];
      cluster[1] = Math.max(cluster[1], call.end);
    }
  }
  const last = clusters.at(-1);
  if (open > 0 && last !== undefined) last[1] = end;
  let self = 0;
  for (let ms = shadow.start; ms < end; ms++) {
    if (!clusters.some(([from, to]) => from <= ms && ms + 1 <= to)) self++;
  }
  return self;
}

/** Runs the steps on real spans and on shadows; returns what was measured and what should have been. */
function run(
  steps: readonly Step[],
  duration: number,
): { measured: Map<string, number>; expected: Map<string, number> } {
  const measured = new Map<string, number>();
  const tracer = new Tracer({
    breakdown: {
      addTransaction: (_name, _type, sums, selfTimeUs) => {
        for (const entry of sums.entries) measured.set(entry.type, entry.sumUs);
        measured.set("t", selfTimeUs);
      },
    },
  });
  const root: Shadow = {
    span: tracer.startTransaction("t", "request", { startTime: BASE }),
    id: "t",
    parent: undefined,
    start: 0,
    end: undefined,
    children: [],
  };
  const expected = new Map<string, number>();
  const all = [root];
  let order = 0;
  const records = new Map<Shadow, Shadow["children"][number]>();
  for (const step of steps) {
    order++;
    if (step.kind === "start") {
      const parent = all[step.pick % all.length] as Shadow;
      const id = `s${all.length}`;
      const span = parent.span.startSpan("s", id, undefined, { startTime: BASE + step.at });
      const shadow: Shadow = { span, id, parent, start: step.at, end: undefined, children: [] };
      all.push(shadow);
      if (parent.end === undefined) {
        const record = { start: step.at, end: undefined, openedAt: order, closedAt: Number.POSITIVE_INFINITY };
        parent.children.push(record);
        records.set(shadow, record);
      }
    } else {
      const running = all.filter((shadow) => shadow !== root && shadow.end === undefined);
      const shadow = running[step.pick % Math.max(1, running.length)];
      if (shadow === undefined) continue;
      expected.set(shadow.id, selfTimeMs(shadow, step.at) * 1000);
      shadow.end = step.at;
      shadow.span.end(BASE + step.at);
      const record = records.get(shadow);
      if (record !== undefined && shadow.parent?.end === undefined) {
        record.end = step.at;
        record.closedAt = order;
      }
    }
  }
  expected.set("t", selfTimeMs(root, duration) * 1000);
  root.span.end(BASE + duration);
  return { measured, expected };
}

it("BD-10…BD-18 agree with a brute-force interval oracle for random trees, times and orders of calls", () => {
  const step: fc.Arbitrary<Step> = fc.record({
    pick: fc.nat(20),
    kind: fc.constantFrom("start" as const, "end" as const),
    at: fc.integer({ min: -5, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 60 }), (steps, duration) => {
      const { measured, expected } = run(steps, duration);
      expect(Object.fromEntries(measured)).toEqual(Object.fromEntries(expected));
    }),
    { numRuns: 2000 },
  );
});

it("BD-10…BD-18 agree with the oracle when all times follow the calls", () => {
  const step: fc.Arbitrary<Step & { gap: number }> = fc.record({
    pick: fc.nat(20),
    kind: fc.constantFrom("start" as const, "end" as const),
    at: fc.constant(0),
    gap: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.nat(5), (steps, gap) => {
      let now = 0;
      const timed = steps.map((one) => {
        now += one.gap;
        return { ...one, at: now };
      });
      const { measured, expected } = run(timed, now + gap);
      expect(Object.fromEntries(measured)).toEqual(Object.fromEntries(expected));
    }),
    { numRuns: 300 },
  );
});
