import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Credentials } from "./credentials.js";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("Credentials", () => {
  it("SRV-1 allows everybody when nothing is configured", () => {
    for (const nothing of [new Credentials(undefined, []), new Credentials("", [])]) {
      expect(nothing.configured).toBe(false);
      expect(nothing.check(undefined)).toEqual({ allowed: true });
      expect(nothing.check("Bearer whatever")).toEqual({ allowed: true });
    }
  });

  it("SRV-2 allows the secret token and each API key, and nothing near them", () => {
    const credentials = new Credentials("s3cret", ["id1:key1", "id2:key:2"]);
    for (const header of ["Bearer s3cret", `ApiKey ${base64("id1:key1")}`, `ApiKey ${base64("id2:key:2")}`]) {
      expect(credentials.check(header)).toEqual({ allowed: true });
    }
    for (const header of [
      "Bearer s3cre",
      "Bearer s3cret1",
      "Bearer S3CRET",
      `Bearer ${base64("id1:key1")}`,
      "ApiKey s3cret",
      "ApiKey id1:key1",
      `ApiKey ${base64("id1:key2")}`,
    ]) {
      expect(credentials.check(header)).toEqual({ allowed: false, guess: true, message: "authentication failed" });
    }
  });

  it("SRV-2 works with keys alone: there is no empty token to show", () => {
    const credentials = new Credentials(undefined, ["id:key"]);
    expect(credentials.configured).toBe(true);
    expect(credentials.check("Bearer ").allowed).toBe(false);
    expect(credentials.check("Bearer undefined").allowed).toBe(false);
  });

  it("takes at the login what a person has: the token, or a key in either form", () => {
    const credentials = new Credentials("s3cret", ["id:key"]);
    for (const value of ["s3cret", "id:key", base64("id:key")]) expect(credentials.checkLogin(value)).toBe(true);
    for (const value of ["", "s3cret ", "id:kex", "undefined"]) expect(credentials.checkLogin(value)).toBe(false);
  });

  it("holds no secret that a dump or a log line could show", () => {
    const credentials = new Credentials("s3cret-token", ["id:s3cret-key"]);
    expect(inspect(credentials, { depth: 9, showHidden: true })).not.toContain("s3cret");
    expect(JSON.stringify(credentials)).not.toContain("s3cret");
    for (const value of Object.values(credentials)) expect(String(value)).not.toContain("s3cret");
  });
});
