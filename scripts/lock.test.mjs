import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entryOf, findMissing } from "./lock.mjs";

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));

describe("package-lock.json", () => {
  it("lists every optional platform package that any package names", () => {
    expect(findMissing(lock).map((wanted) => wanted.name)).toEqual([]);
  });

  it("has an integrity for every package and an address for none", () => {
    const packages = Object.entries(lock.packages).filter(
      ([path, entry]) => path.includes("node_modules/") && !entry.link,
    );
    expect(packages.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});

describe("lock.mjs", () => {
  const isPlatformPackage = (entry) => entry.optional && entry.cpu !== undefined;
  const incomplete = {
    ...lock,
    packages: Object.fromEntries(Object.entries(lock.packages).filter(([, entry]) => !isPlatformPackage(entry))),
  };

  it("finds what npm left out, for each parent", () => {
    const missing = findMissing(incomplete);
    const expected = Object.entries(lock.packages).filter(([, entry]) => isPlatformPackage(entry));
    expect(missing.map((wanted) => wanted.path).sort()).toEqual(expected.map(([path]) => path).sort());
    expect(missing.length).toBeGreaterThan(40);
  });

  it("knows os, cpu and libc of a package it cannot fetch as its manifest would give them", () => {
    for (const wanted of findMissing(incomplete)) {
      const { version, os, cpu, libc, dev } = lock.packages[wanted.path];
      expect({ name: wanted.name, ...entryOf(wanted, undefined) }).toEqual({
        name: wanted.name,
        version,
        optional: true,
        ...(os && { os }),
        ...(cpu && { cpu }),
        ...(libc && { libc }),
        ...(dev && { dev }),
      });
    }
  });

  it("finds a package in the nearest node_modules upwards", () => {
    const nested = {
      packages: {
        "node_modules/a": { optionalDependencies: { "x-linux-x64": "1.0.0" } },
        "node_modules/a/node_modules/b": { optionalDependencies: { "x-linux-x64": "1.0.0", "y-linux-x64": "1.0.0" } },
        "node_modules/a/node_modules/x-linux-x64": { version: "1.0.0" },
      },
    };
    expect(findMissing(nested).map((wanted) => wanted.path)).toEqual(["node_modules/y-linux-x64"]);
  });

  it("refuses to invent a package whose name tells no platform", () => {
    const wanted = { path: "node_modules/thing", name: "thing", version: "1.0.0", dev: false, siblings: [] };
    expect(() => entryOf(wanted, undefined)).toThrow("thing@1.0.0 cannot be fetched");
  });
});
