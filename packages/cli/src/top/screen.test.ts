import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { arrange, drawScreen, drawTable, INITIAL_STATE, press, type ScreenState } from "./screen.js";
import type { NodeRow } from "./snapshot.js";

const row = (service: string, node: string, values: Partial<NodeRow> = {}): NodeRow => ({
  service,
  node,
  status: "reporting",
  cpu: null,
  memoryBytes: null,
  heapBytes: null,
  eventLoopDelayMs: null,
  lastSeenMs: 0,
  ...values,
});
const ROWS = [row("shop", "b", { cpu: 0.1 }), row("worker", "c", { cpu: 0.9 }), row("shop", "a"), row("api", "d")];

/** The state after these keys. */
function after(keys: string): ScreenState {
  let state = INITIAL_STATE;
  for (const key of keys) {
    const next = press(state, key);
    if (typeof next === "string") throw new Error(next);
    state = next;
  }
  return state;
}

const names = (state: ScreenState): string[] => arrange(ROWS, state).map(({ service, node }) => `${service}/${node}`);

describe("the screen of top", () => {
  it("sorts by name at first, by a number largest first, with what is unknown last", () => {
    expect(names(INITIAL_STATE)).toEqual(["api/d", "shop/a", "shop/b", "worker/c"]);
    expect(names(after("c"))).toEqual(["worker/c", "shop/b", "api/d", "shop/a"]);
    expect(names(after("cn"))).toEqual(names(INITIAL_STATE));
  });

  it("filters by what is typed, while keys are text", () => {
    expect(names(after("/shop"))).toEqual(["shop/a", "shop/b"]);
    expect(after("/qp")).toMatchObject({ filter: "qp", isTyping: true, isPaused: false });
    expect(names(after("/shox\u007fp\r"))).toEqual(["shop/a", "shop/b"]);
    expect(after("/shop\u001b")).toMatchObject({ filter: "", isTyping: false });
  });

  it("pauses, goes on and quits", () => {
    expect(after("p").isPaused).toBe(true);
    expect(after("pp").isPaused).toBe(false);
    expect(press(INITIAL_STATE, "q")).toBe("quit");
    expect(press(after("/x"), "\u0003")).toBe("interrupt");
  });

  it("takes no escape sequence, such as an arrow's, for text or a choice", () => {
    expect(press(after("/x"), "\u001b[A")).toMatchObject({ filter: "x", isTyping: true });
    expect(press(INITIAL_STATE, "\u001b[B")).toEqual(INITIAL_STATE);
    expect(press(INITIAL_STATE, "toString")).toEqual(INITIAL_STATE);
  });

  const draw = (state: ScreenState, height: number, problem = ""): string[] =>
    drawScreen(ROWS, state, { nowMs: 12_000, height, problem }).map(stripVTControlCharacters);

  it("shows the state and fits the terminal's height", () => {
    const lines = draw(after("c/shop\rp"), 7);
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain("paused · by cpu · filter: shop");
    expect(lines[4]).toMatch(/shop .*10 %.*12 s ago/);
    expect(lines[6]).toBe("");
  });

  it("says how much does not fit, and what is wrong", () => {
    expect(draw(INITIAL_STATE, 6).at(-1)).toBe("… 3 more: filter with /");
    expect(draw(INITIAL_STATE, 6, "gone\u001b").at(-1)).toBe("gone�");
    expect(draw(INITIAL_STATE, 1)).toHaveLength(1);
  });

  it("shows names without what could change the terminal", () => {
    const lines = drawTable([row("shop", "a\u001b[2Jb")], 0).map(stripVTControlCharacters);
    expect(lines[1]).toContain("a�[2Jb");
  });
});
