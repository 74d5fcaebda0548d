import { describe, expect, it } from "vitest";
import { httpTransactionName, joinRoute, routeText } from "./http-exchange.js";

describe("route names", () => {
  it.each([
    ["", "/things/:id", "/things/:id"],
    ["/", "/", "/"],
    ["/api", "/", "/api"],
    ["/api/", "/things", "/api/things"],
    ["/api", "things", "/api/things"],
    ["", "", "/"],
  ])("joins the mount %j and the path %j to %j", (mount, path, route) => {
    expect(joinRoute(mount, path)).toBe(route);
  });

  it("writes every way of giving a path", () => {
    expect(routeText("/a")).toBe("/a");
    expect(routeText(/^\/a/)).toBe("/^\\/a/");
    expect(routeText(["/a", /b/])).toBe("/a,/b/");
    expect(routeText(undefined)).toBe("");
  });

  it("TR-22 names by method and route, unknown ones alike, also past what it keeps", () => {
    expect(httpTransactionName("GET", "/a")).toBe("GET /a");
    expect(httpTransactionName("PUT", "/a")).toBe("PUT /a");
    expect(httpTransactionName("GET", undefined)).toBe("GET unknown route");
    expect(httpTransactionName(undefined, "")).toBe("GET unknown route");
    for (let i = 0; i < 5000; i++) expect(httpTransactionName("GET", `/r${i}`)).toBe(`GET /r${i}`);
  });
});
