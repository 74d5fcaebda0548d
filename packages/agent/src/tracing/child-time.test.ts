import { describe, expect, it, vi } from "vitest";

const made = vi.hoisted(() => ({ count: 0 }));
vi.mock("./child-time.js", async (original) => {
  const { ChildTime } = await original<typeof import("./child-time.js")>();
  return {
    ChildTime: class extends ChildTime {
      constructor(parentStart: number) {
        super(parentStart);
        made.count++;
      }
    },
  };
});

import { Tracer } from "./tracer.js";

describe("ChildTime", () => {
  it("is made with the first child of a span: a span without children has none", () => {
    made.count = 0;
    const tracer = new Tracer({ breakdown: { addTransaction: () => {} } });
    tracer.startTransaction("t", "job").end();
    expect(made.count).toBe(0);
    const transaction = tracer.startTransaction("t", "job");
    for (let i = 0; i < 3; i++) transaction.startSpan("s", "db", "mysql").end();
    transaction.end();
    expect(made.count).toBe(1);
  });
});
