import { expect, it } from "vitest";
import { audience, toDraft, toEntry } from "./draft.js";

it("comes back from the form as it went in, without rows that name nothing", () => {
  const entry = { service: { name: "shop", environment: "demo" }, settings: { metrics_interval: "5s" } };
  const draft = toDraft(entry);
  expect(toEntry(draft)).toEqual(entry);
  expect(toEntry({ ...draft, rows: [...draft.rows, { option: " ", value: "x" }] })).toEqual(entry);
  expect(toEntry({ name: " ", environment: "", rows: [] })).toEqual({ service: {}, settings: {} });
});

it("says whom it is for", () => {
  expect(audience({ name: "", environment: "", rows: [] })).toBe("Every service");
  expect(audience({ name: "shop", environment: "", rows: [] })).toBe("shop");
  expect(audience({ name: "shop", environment: "demo", rows: [] })).toBe("shop in demo");
  expect(audience({ name: "", environment: "demo", rows: [] })).toBe("Every service in demo");
});
