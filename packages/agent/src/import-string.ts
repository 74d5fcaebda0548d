import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * What `module#Export` names, or the default export without `#` (REG-64). A module that starts with `.` is a file seen from the working directory, else a package
 * of the application. Rejects with the reason when there is none.
 */
export async function loadExport(importString: string): Promise<unknown> {
  const hash = importString.lastIndexOf("#");
  const specifier = hash < 0 ? importString : importString.slice(0, hash);
  const name = hash < 0 ? "default" : importString.slice(hash + 1);
  const module = (await import(locate(specifier))) as Record<string, unknown>;
  // A CommonJS module arrives as the default export; compiled from ESM it has a `default` of its own.
  const inner = module.default as Record<string, unknown> | undefined;
  const found = name === "default" ? (isModule(inner) ? inner?.default : inner) : (module[name] ?? inner?.[name]);
  if (found === undefined) throw new Error(`${specifier} has no export ${name}`);
  return found;
}

function isModule(value: unknown): boolean {
  return typeof value === "object" && value !== null && "default" in value;
}

function locate(specifier: string): string {
  if (specifier.startsWith("node:") || specifier.startsWith("file:")) return specifier;
  const directory = process.cwd();
  const require = createRequire(join(directory, "noop.js"));
  if (specifier.startsWith(".") || isAbsolute(specifier)) {
    const path = resolve(directory, specifier);
    // `require` knows the extensions that may be left out.
    return pathToFileURL(existsSync(path) ? require.resolve(path) : resolveOr(require, path)).href;
  }
  try {
    return pathToFileURL(require.resolve(specifier)).href;
  } catch (error) {
    const path = esmEntry(directory, specifier);
    if (path === undefined) throw error;
    return pathToFileURL(path).href;
  }
}

function resolveOr(require: NodeJS.Require, path: string): string {
  try {
    return require.resolve(path);
  } catch {
    return path;
  }
}

/** The file of a package that only has an `import` condition, which `require.resolve` does not see. */
function esmEntry(from: string, specifier: string): string | undefined {
  const parts = specifier.split("/");
  const name = parts.splice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  for (let directory = from; ; directory = dirname(directory)) {
    const root = join(directory, "node_modules", name);
    if (existsSync(join(root, "package.json"))) {
      const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports?: unknown };
      const target = conditional(
        parts.length === 0 ? (subpath(exports, ".") ?? exports) : subpath(exports, `./${parts.join("/")}`),
      );
      return target === undefined ? undefined : join(root, target);
    }
    if (dirname(directory) === directory) return undefined;
  }
}

function subpath(exports: unknown, key: string): unknown {
  return typeof exports === "object" && exports !== null ? (exports as Record<string, unknown>)[key] : undefined;
}

function conditional(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (condition === "node" || condition === "import" || condition === "default") {
      const found = conditional(inner);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
