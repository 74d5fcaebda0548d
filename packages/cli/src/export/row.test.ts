import { describe, expect, it } from "vitest";
import { type ExportRow, HEADINGS, writeRow } from "./row.js";

const ROW: ExportRow = {
  timestampMs: 1_700_000_000_000,
  metric: "shop.orders",
  aggregation: "last",
  service: "shop, the",
  node: "",
  labels: { region: 'e"u' },
  value: 1e-7,
};

describe("writeRow", () => {
  it("writes ND-JSON that reads back", () => {
    const line = writeRow(ROW, "ndjson");
    expect(line.endsWith("\n")).toBe(true);
    const { timestampMs, ...rest } = ROW;
    expect(JSON.parse(line)).toEqual({ ...rest, timestamp: "2023-11-14T22:13:20.000Z" });
  });

  it("quotes CSV fields as RFC 4180 asks, a field for each heading", () => {
    expect(writeRow(ROW, "csv")).toBe(
      `2023-11-14T22:13:20.000Z,shop.orders,last,"shop, the",,"{""region"":""e\\""u""}",1e-7\n`,
    );
    expect(HEADINGS).toHaveLength(7);
  });
});
