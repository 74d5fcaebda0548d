import { describe, expect, it } from "vitest";
import { formatTable } from "./table.js";

const COLUMNS = [{ heading: "NAME" }, { heading: "SIZE", align: "right" }, { heading: "END" }] as const;

describe("formatTable", () => {
  it("makes each column as wide as its widest cell and leaves no blanks at line ends", () => {
    expect(
      formatTable(COLUMNS, [
        ["shop", "1", "x"],
        ["worker-2", "12345", ""],
      ]),
    ).toEqual(["NAME       SIZE  END", "shop          1  x", "worker-2  12345"]);
  });

  it("does not count colours", () => {
    const [heading, row] = formatTable(COLUMNS, [["\u001b[1mshop\u001b[22m", "1", "x"]]);
    expect(heading).toBe("NAME  SIZE  END");
    expect(row).toBe("\u001b[1mshop\u001b[22m     1  x");
  });

  it("has only headings without rows", () => {
    expect(formatTable(COLUMNS, [])).toEqual(["NAME  SIZE  END"]);
  });
});
