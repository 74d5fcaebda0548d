import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type { HookGuard, HookReporter } from "./hook-guard.js";
import type { Unpatch } from "./patch.js";

/** A package that was loaded by the application. */
export interface LoadedPackage {
  readonly version: string;
  readonly major: number;
  /** Loads a file of the package, or what the package itself can require. Throws if there is none. */
  require(id: string): unknown;
}

/** Patches the objects of one package in place. */
export interface ModuleHook {
  readonly packageName: string;
  /** Major versions whose inside is known; others are left alone with one line in the log. */
  readonly majors: readonly number[];
  /** Gives the ways back; throws when something is not where it should be. */
  patch(loaded: LoadedPackage, guard: HookGuard): (Unpatch | undefined)[];
}

type Load = (this: unknown, request: string, parent: unknown, isMain: boolean) => unknown;
interface ModuleInternals {
  _load: Load;
  _resolveFilename(request: string, parent: unknown, isMain: boolean): string;
  _cache: Record<string, unknown>;
}

const internals = Module as unknown as ModuleInternals;
const NODE_MODULES = "node_modules";

/**
 * Sees every CommonJS package the application loads, by `require` or by `import`, through one wrap of `Module._load` (TR-13), and lets its hook patch
 * it. Packages loaded before are patched at once, since patching is done in place.
 */
export class ModuleHooks {
  readonly #hooks: ReadonlyMap<string, ModuleHook>;
  readonly #guardFor: (name: string) => HookGuard;
  readonly #reporter: HookReporter;
  /** Exports that need no second look. */
  readonly #seen = new WeakSet<object>();
  readonly #directories = new Set<string>();
  /** Packages whose first load has not returned: what they give to themselves meanwhile is incomplete. */
  readonly #loading = new Set<string>();
  readonly #guards: HookGuard[] = [];
  readonly #unpatches: Unpatch[] = [];
  #original: Load | undefined;
  #wrapped: Load | undefined;

  constructor(hooks: readonly ModuleHook[], guardFor: (name: string) => HookGuard, reporter: HookReporter) {
    this.#hooks = new Map(hooks.map((hook) => [hook.packageName, hook]));
    this.#guardFor = guardFor;
    this.#reporter = reporter;
  }

  install(): void {
    const hooks = this;
    const original = internals._load;
    this.#original = original;
    this.#wrapped = function load(this: unknown, request: string, parent: unknown, isMain: boolean): unknown {
      // Taken out, but under somebody else's wrap.
      if (hooks.#wrapped !== load) return original.call(this, request, parent, isMain);
      const hook = hooks.#hookFor(request);
      if (hook === undefined || hooks.#loading.has(hook.packageName))
        return original.call(this, request, parent, isMain);
      hooks.#loading.add(hook.packageName);
      let exports: unknown;
      try {
        exports = original.call(this, request, parent, isMain);
      } finally {
        hooks.#loading.delete(hook.packageName);
      }
      if (hooks.#wrapped === load) hooks.#loaded(hook, exports, request, parent, isMain);
      return exports;
    };
    internals._load = this.#wrapped;
    this.#patchLoaded();
  }

  remove(): void {
    // Somebody may have wrapped ours since; then it stays and passes everything on.
    if (internals._load === this.#wrapped && this.#original !== undefined) internals._load = this.#original;
    this.#wrapped = undefined;
    this.#loading.clear();
    for (const guard of this.#guards) guard.isOn = false;
    for (const unpatch of this.#unpatches.splice(0)) unpatch();
  }

  /** `import` asks by the path of the file, `require` by the name. */
  #hookFor(request: unknown): ModuleHook | undefined {
    if (typeof request !== "string") return undefined;
    const hook = this.#hooks.get(request);
    if (hook !== undefined) return hook;
    const at = request.lastIndexOf(NODE_MODULES);
    if (at < 0) {
      // A subpath of a package, as `mysql2/promise`.
      const slash = request.indexOf("/", request.charCodeAt(0) === 64 ? request.indexOf("/") + 1 : 0);
      return slash > 0 && request.charCodeAt(0) !== 46 ? this.#hooks.get(request.slice(0, slash)) : undefined;
    }
    return this.#hooks.get(packageNameAt(request, at + NODE_MODULES.length + 1));
  }

  #loaded(hook: ModuleHook, exports: unknown, request: string, parent: unknown, isMain: boolean): void {
    try {
      const isObject = (typeof exports === "object" && exports !== null) || typeof exports === "function";
      if (isObject && this.#seen.has(exports)) return;
      this.#patch(hook, internals._resolveFilename(request, parent, isMain));
      if (isObject) this.#seen.add(exports);
    } catch {
      // Not resolvable from here: nothing of the package can have been loaded either.
    }
  }

  #patchLoaded(): void {
    for (const file of Object.keys(internals._cache)) {
      const at = file.lastIndexOf(NODE_MODULES);
      if (at < 0) continue;
      const hook = this.#hooks.get(packageNameAt(file, at + NODE_MODULES.length + 1));
      if (hook !== undefined) this.#patch(hook, file);
    }
  }

  #patch(hook: ModuleHook, file: string): void {
    const directory = packageDirectory(file, hook.packageName);
    if (directory === undefined || this.#directories.has(directory)) return;
    this.#directories.add(directory);
    const manifest = join(directory, "package.json");
    const version = versionIn(manifest);
    // Gone since it was loaded, or not readable: nothing can be said about it.
    if (version === undefined) return;
    const major = Number.parseInt(version, 10);
    const { packageName } = hook;
    if (!hook.majors.includes(major)) {
      this.#reporter.warn(`${packageName} ${version} is not known to the agent; its time is not measured`);
      return;
    }
    const guard = this.#guardFor(packageName);
    this.#guards.push(guard);
    try {
      const require = createRequire(manifest);
      const loaded: LoadedPackage = { version, major, require: (id) => require(id) };
      for (const unpatch of hook.patch(loaded, guard)) if (unpatch !== undefined) this.#unpatches.push(unpatch);
    } catch (error) {
      guard.failed(error);
    }
  }
}

/** The name that begins at `from`: up to the next separator, with its scope. */
function packageNameAt(path: string, from: number): string {
  const parts = path.slice(from).split(/[\\/]/, 2);
  const first = parts[0] ?? "";
  return first.startsWith("@") ? `${first}/${parts[1] ?? ""}` : first;
}

/** The directory of the package a file belongs to. */
function packageDirectory(file: string, packageName: string): string | undefined {
  const installed = join(NODE_MODULES, packageName);
  const at = file.lastIndexOf(installed + sep);
  if (at >= 0) return file.slice(0, at + installed.length);
  // Linked from elsewhere, as in a workspace.
  let directory = dirname(file);
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { name?: string };
      if (manifest.name === packageName) return directory;
    } catch {
      // No manifest here: one level up.
    }
    const parent = dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}

function versionIn(manifest: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
