import { describe, expect, it } from "vitest";
import { changeParameters, formatHash, linkTo, parseHash } from "./location.js";

describe("the location in the hash", () => {
  it("comes back as it was written, whatever a service is called", () => {
    const parameters = new URLSearchParams({ from: "now-1h", node: "web 1/ä" });
    const hash = formatHash(["services", "my/shop ?#%"], parameters);
    const read = parseHash(hash);
    expect(read.path).toEqual(["services", "my/shop ?#%"]);
    expect(read.parameters.get("node")).toBe("web 1/ä");
    expect(formatHash(read.path, read.parameters)).toBe(hash);
  });

  it("is the start page when it is empty or foreign", () => {
    expect(parseHash("").path).toEqual([]);
    expect(parseHash("#main").path).toEqual([]);
    expect(parseHash("#/services/%E0%A4%A").path).toEqual(["services", "%E0%A4%A"]);
  });
});

describe("changeParameters", () => {
  it("sets, repeats and removes", () => {
    const before = new URLSearchParams("from=now-1h&by=region&q=x");
    const after = changeParameters(before, { from: "now-6h", by: ["a", "b"], q: undefined, view: "" });
    expect(after.toString()).toBe("from=now-6h&by=a&by=b");
    expect(before.toString()).toBe("from=now-1h&by=region&q=x");
  });
});

describe("linkTo", () => {
  it("takes the time range along and leaves the rest behind", () => {
    const current = new URLSearchParams("from=now-1h&to=now&at=5&node=web-1&q=x");
    expect(linkTo(["services", "shop"], current, { metric: "orders" })).toBe(
      "#/services/shop?from=now-1h&to=now&at=5&metric=orders",
    );
  });
});
