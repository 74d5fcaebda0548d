import type { ProcessesResponse } from "@tidegauge/protocol/query";
import { expect, it } from "vitest";
import { nodesByService } from "./nodes.js";

it("names the nodes that reported in the range, each once and by name, if it knows all of them; who has no name is none", () => {
  const processes = ["web-10", "web-2", "web-2"].map((node) => ({ service: "shop", node }));
  const answer = { total: 4, processes: [...processes, { service: "mail", node: null }] } as ProcessesResponse;
  expect([...(nodesByService(answer) ?? [])]).toEqual([
    ["shop", ["web-2", "web-10"]],
    ["mail", []],
  ]);
  expect(nodesByService({ ...answer, total: 2000 })).toBeUndefined();
});
