import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Measuring } from "./measured.testing.js";
import { type LoadedPackage, type ModuleHook, ModuleHooks } from "./module-hooks.js";
import { type Method, patchMethod } from "./patch.js";

const internals = Module as unknown as { _load: unknown; _cache: Record<string, unknown> };
const original = internals._load;
let directory: string;
let measuring: Measuring;
let hooks: ModuleHooks | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-hooks-"));
  measuring = new Measuring();
});
afterEach(() => {
  hooks?.remove();
  hooks = undefined;
  for (const file of Object.keys(internals._cache)) if (file.startsWith(directory)) delete internals._cache[file];
  rmSync(directory, { recursive: true, force: true });
  expect(internals._load).toBe(original);
});

/** A package whose main file asks for itself while it loads, as some do. */
function install(name: string, version: string, under = directory): void {
  const home = join(under, "node_modules", name);
  mkdirSync(join(home, "lib"), { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ name, version, main: "lib/main.js" }));
  writeFileSync(
    join(home, "lib", "main.js"),
    "exports.early = require('./main.js'); exports.Thing = class Thing { work(a) { return a + 1; } };",
  );
}

function start(patch?: ModuleHook["patch"]): {
  patched: string[];
  load(id: string): { Thing: new () => { work(n: number): number } };
} {
  const patched: string[] = [];
  const hook: ModuleHook = {
    packageName: "@scope/thing",
    majors: [1, 2],
    patch:
      patch ??
      ((loaded: LoadedPackage) => {
        patched.push(loaded.version);
        const { Thing } = loaded.require("./lib/main.js") as { Thing: { prototype: object } };
        return [
          patchMethod(
            Thing.prototype,
            "work",
            (was: Method) =>
              function work(this: unknown, ...args: unknown[]): unknown {
                return Number(was.apply(this, args)) * 10;
              },
          ),
        ];
      }),
  };
  hooks = new ModuleHooks([hook], (name) => measuring.guard(name), {
    warn: (message) => measuring.warnings.push(message),
  });
  hooks.install();
  const require = createRequire(join(directory, "app.js"));
  return { patched, load: (id) => require(id) };
}

describe("ModuleHooks", () => {
  it("TR-13 patches a package in place when it is required, once, and takes the patch back", () => {
    install("@scope/thing", "1.4.0");
    const { patched, load } = start();
    const { Thing } = load("@scope/thing");
    expect(new Thing().work(1)).toBe(20);
    load("@scope/thing");
    expect(patched).toEqual(["1.4.0"]);
    hooks?.remove();
    expect(new Thing().work(1)).toBe(2);
  });

  it("TR-13 sees a package that is asked for by its path, as `import` does", () => {
    install("@scope/thing", "2.0.0");
    const { load } = start();
    const { Thing } = load(join(directory, "node_modules/@scope/thing/lib/main.js"));
    expect(new Thing().work(1)).toBe(20);
  });

  it("patches what was loaded before it, and every copy", () => {
    install("@scope/thing", "1.0.0");
    install("@scope/thing", "2.1.0", join(directory, "node_modules", "other"));
    const before = createRequire(join(directory, "app.js"))("@scope/thing");
    const { patched } = start();
    expect(new before.Thing().work(1)).toBe(20);
    const other = createRequire(join(directory, "node_modules/other/main.js"))("@scope/thing");
    expect(new other.Thing().work(1)).toBe(20);
    expect(patched.sort()).toEqual(["1.0.0", "2.1.0"]);
  });

  it("leaves an unknown version alone, with one line", () => {
    install("@scope/thing", "3.0.0");
    const { patched, load } = start();
    const { Thing } = load("@scope/thing");
    load("@scope/thing");
    expect(new Thing().work(1)).toBe(2);
    expect(patched).toEqual([]);
    expect(measuring.warnings).toEqual(["@scope/thing 3.0.0 is not known to the agent; its time is not measured"]);
  });

  it("TR-35 a hook that fails is counted and logged once, and the package works", () => {
    install("@scope/thing", "1.0.0");
    const { load } = start(() => {
      throw new Error("not built as expected");
    });
    const { Thing } = load("@scope/thing");
    expect(new Thing().work(1)).toBe(2);
    expect(measuring.failures.count).toBe(1);
    expect(measuring.warnings).toHaveLength(1);
  });

  it("TR-13 patches nothing any more once taken out, also where somebody wrapped Module._load on top of it", () => {
    install("@scope/thing", "1.0.0");
    const { patched, load } = start();
    const ours = internals._load as (...args: unknown[]) => unknown;
    internals._load = function above(this: unknown, ...args: unknown[]): unknown {
      return ours.apply(this, args);
    };
    try {
      hooks?.remove();
      expect(new (load("@scope/thing").Thing)().work(1)).toBe(2);
      expect(patched).toEqual([]);
    } finally {
      internals._load = original;
    }
  });

  it("TR-13 patches no package that takes the hooks out while it loads", () => {
    install("@scope/thing", "1.0.0");
    const { patched, load } = start();
    const key = "tidegaugeTakeOut";
    Object.defineProperty(globalThis, key, { value: () => hooks?.remove(), configurable: true });
    writeFileSync(join(directory, "node_modules/@scope/thing/lib/main.js"), `globalThis.${key}();`);
    try {
      load("@scope/thing");
      expect(patched).toEqual([]);
    } finally {
      Reflect.deleteProperty(globalThis, key);
    }
  });

  it("passes on the error of a package that cannot be loaded", () => {
    const { load } = start();
    expect(() => load("@scope/thing")).toThrow("Cannot find module");
  });
});
