import { expect, it } from "vitest";
import { audience, repeatedOption, toDraft, toEntry } from "./draft.js";

it("comes back from the form as it went in, without rows that name nothing", () => {
  const entry = { service: { name: "shop", environment: "demo" }, settings: { metrics_interval: "5s" } };
  const draft = toDraft(entry);
  expect(toEntry(draft)).toEqual(entry);
  expect(toEntry({ ...draft, rows: [...draft.rows, { option: " ", value: "x" }] })).toEqual(entry);
  expect(toEntry({ name: " ", environment: "", rows: [] })).toEqual({ service: {}, settings: {} });
});

it("tells an option that is set twice, whichever blanks are around it", () => {
  const rows = ["a", " a", "", "", "b"].map((option) => ({ option, value: "1" }));
  const draft = { name: "", environment: "", rows };
  expect(rows.map((_, index) => repeatedOption(draft, index) !== undefined)).toEqual([
    false,
    true,
    false,
    false,
    false,
  ]);
});

it("says whom it is for", () => {
  expect(audience({ name: "", environment: "", rows: [] })).toBe("Every service");
  expect(audience({ name: "shop", environment: "", rows: [] })).toBe("shop");
  expect(audience({ name: "shop", environment: "demo", rows: [] })).toBe("shop in demo");
  expect(audience({ name: "", environment: "demo", rows: [] })).toBe("Every service in demo");
});
