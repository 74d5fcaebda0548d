import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { accountedFor, harness } from "./harness.testing.js";
import { type Answer, type OutgoingRequest, type Sender, sendError } from "./http/sender.js";
import { ManualClock, turn } from "./manual-clock.testing.js";

/** What the server does with the next request. */
type Fate = "accept" | "refuse some" | "refuse" | "busy" | "gone";

type Step =
  | { do: "queue"; events: number; bytes: number }
  | { do: "wait"; ms: number }
  | { do: "save" }
  | { do: "drop" }
  | { do: "fate"; fate: Fate };

/** Decides by the fate of the moment, and counts what a real server would have. */
class FatefulSender implements Sender {
  fate: Fate = "accept";
  stored = 0;
  async send({ url, body }: OutgoingRequest): Promise<Answer> {
    await turn();
    if (!url.pathname.includes("/intake/")) return answer(200);
    const events =
      Buffer.concat(body ?? [])
        .toString()
        .trim()
        .split("\n").length - 1;
    if (this.fate === "gone") throw sendError("ECONNREFUSED", "refused");
    if (this.fate === "busy") return answer(503);
    if (this.fate === "refuse") return answer(401);
    const taken = this.fate === "accept" ? events : Math.floor(events / 2);
    this.stored += taken;
    return this.fate === "accept" ? answer(202) : answer(400, JSON.stringify({ accepted: taken }));
  }
  close(): void {}
}

function answer(status: number, body = ""): Answer {
  return { status, body, headers: {}, premature: false };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("queue" as const),
    events: fc.integer({ min: 1, max: 5 }),
    bytes: fc.constantFrom(0, 300, 2000),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 1000, 15_000, 70_000) }),
  fc.record({
    do: fc.constant("fate" as const),
    fate: fc.constantFrom<Fate>("accept", "refuse some", "refuse", "busy", "gone"),
  }),
  fc.constant({ do: "save" as const }),
  fc.constant({ do: "drop" as const }),
);

it.each([false, true])(
  "W-93 every recorded event is somewhere, whatever happens in whatever order; with a spool: %s",
  async (spooling) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const directory = mkdtempSync(join(tmpdir(), "tidegauge-accounting-"));
        const clock = new ManualClock();
        const sender = new FatefulSender();
        const { transport, queue } = harness(
          {
            serverUrl: "http://127.0.0.1:1",
            maxQueueSize: "6kb",
            apiRequestSize: "1kb",
            ...(spooling ? { spoolDir: directory, spoolSize: "8kb" } : {}),
          },
          { clock, sender },
        );
        transport.start();
        let recorded = 0;
        try {
          for (const current of steps) {
            if (current.do === "queue") {
              queue(current.events, current.bytes);
              recorded += current.events;
            } else if (current.do === "wait") await clock.pass(current.ms);
            else if (current.do === "fate") sender.fate = current.fate;
            else if (current.do === "save") transport.saveSync();
            else {
              transport.drop("tooLarge", 1);
              recorded++;
            }
            const stats = transport.stats();
            expect(stats.recorded).toBe(recorded);
            expect(accountedFor(stats)).toBe(recorded);
            for (const count of [stats.accepted, stats.queued, stats.spooled, ...Object.values(stats.dropped)]) {
              expect(count).toBeGreaterThanOrEqual(0);
            }
          }
          transport.endSync();
          const stats = transport.stats();
          expect(stats.queued).toBe(0);
          expect(accountedFor(stats)).toBe(recorded);
          // What was under way at the end may be stored without its answer being known.
          expect(sender.stored).toBeGreaterThanOrEqual(stats.accepted);
        } finally {
          transport.endSync();
          rmSync(directory, { recursive: true, force: true });
        }
      }),
      { numRuns: 150 },
    );
  },
);
