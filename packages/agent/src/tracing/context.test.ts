import { EventEmitter, once } from "node:events";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { bindToCurrent, currentSpan, isSuppressed, liveSpan, runSuppressed } from "./context.js";
import { Tracer } from "./tracer.js";

const tracer = new Tracer({ breakdown: { addTransaction: () => {} } });

it("carries the current span through promises, timers, emitters and streams", async () => {
  await tracer.withTransaction("t", "job", async (transaction) => {
    const seen: unknown[] = [];
    await Promise.resolve();
    seen.push(currentSpan());
    await sleep(1);
    seen.push(currentSpan());
    await new Promise<void>((resolve) =>
      setTimeout(() => {
        seen.push(currentSpan());
        resolve();
      }, 1),
    );
    const emitter = new EventEmitter();
    emitter.once("event", () => seen.push(currentSpan()));
    setImmediate(() => emitter.emit("event"));
    await once(emitter, "event");
    const stream = new PassThrough();
    stream.on("data", () => seen.push(currentSpan()));
    stream.end("x");
    await once(stream, "close");
    expect(seen).toEqual([transaction, transaction, transaction, transaction, transaction]);
  });
  expect(currentSpan()).toBeUndefined();
});

it("makes a withSpan span the parent of what runs inside, also in parallel", async () => {
  await tracer.withTransaction("t", "job", async (transaction) => {
    await Promise.all(
      ["a", "b"].map((name) =>
        tracer.withSpan(name, "db", async (span) => {
          await sleep(1);
          expect(liveSpan()).toBe(span);
        }),
      ),
    );
    expect(liveSpan()).toBe(transaction);
  });
});

it("startSpan does not make its span current", () => {
  tracer.withTransaction("t", "job", (transaction) => {
    tracer.startSpan("s", "db");
    expect(currentSpan()).toBe(transaction);
  });
});

it("TR-35 nothing is measured below suppressed work", async () => {
  await tracer.withTransaction("t", "job", () =>
    runSuppressed(async () => {
      await sleep(1);
      expect(isSuppressed()).toBe(true);
      expect(liveSpan()).toBeUndefined();
      expect(tracer.startSpan("s").isLive).toBe(false);
    }),
  );
});

it("binds a callback to the context that queued it", () => {
  let queued = () => {};
  tracer.withTransaction("t", "job", (transaction) => {
    queued = bindToCurrent(() => expect(currentSpan()).toBe(transaction));
  });
  expect.assertions(1);
  queued();
});
