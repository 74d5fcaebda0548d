import { describe, expect, it } from "vitest";
import { stackValues } from "./stack.js";

describe("stackValues", () => {
  it("adds from the first series upwards", () => {
    expect(
      stackValues([
        [1, 2, 3],
        [10, 20, 30],
      ]),
    ).toEqual([
      [1, 2, 3],
      [11, 22, 33],
    ]);
  });

  it("keeps an outage of all series open", () => {
    const [bottom, top] = stackValues([
      [1, 1, 1, null, null, null, null, 1],
      [1, 1, 1, null, null, null, null, 1],
    ]);
    expect(bottom?.[4]).toBeNull();
    expect(top?.[4]).toBeNull();
    expect(top?.[7]).toBe(2);
  });

  it("counts a series that is absent from a step as nothing", () => {
    expect(
      stackValues([
        [1, 1, 1, 1],
        [null, null, null, 5],
      ])[1],
    ).toEqual([1, 1, 1, 6]);
  });

  it("leaves out the last step until every series that still reports has reached it", () => {
    expect(
      stackValues([
        [1, 1, 1, null],
        [2, 2, 2, 2],
      ])[1],
    ).toEqual([3, 3, 3, null]);
  });

  it("goes on without a series that stopped long ago", () => {
    expect(
      stackValues([
        [1, 1, null, null, null, null, null],
        [2, 2, 2, 2, 2, 2, 2],
      ])[1]?.[6],
    ).toBe(2);
  });
});
