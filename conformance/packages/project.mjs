import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../server-process.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where the projects of this suite lie. */
export const directory = temporaryDirectory();

/** Runs a command to its end and gives its standard output; throws with all it said if it fails. */
export function run(cwd, command, ...args) {
  // A test runner inside a test runner must not take itself for a worker of the outer one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$)/.test(name)));
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A project with nothing in it but what npm installs. */
export class EmptyProject {
  /**
   * @param {string} name also of its directory
   * @param {object} manifest what its package.json says besides
   * @param {readonly string[]} packages what is installed: tarballs, or names with versions
   */
  constructor(name, manifest, packages) {
    this.path = join(directory.path, name);
    mkdirSync(this.path);
    this.write("package.json", JSON.stringify({ name, version: "1.0.0", private: true, ...manifest }));
    this.run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", ...packages);
  }

  write(file, text) {
    writeFileSync(join(this.path, file), text);
  }

  run(command, ...args) {
    return run(this.path, command, ...args);
  }

  /** Node's own types, as a TypeScript project has them, from this repository instead of from the network. */
  addTypes() {
    for (const name of ["@types/node", "undici-types"]) {
      cpSync(join(ROOT, "node_modules", name), join(this.path, "node_modules", name), { recursive: true });
    }
  }

  /** Type-checks one file and every declaration it reaches. */
  typeCheck(options, file) {
    const compilerOptions = { target: "es2022", strict: true, noEmit: true, skipLibCheck: false, types: ["node"] };
    this.write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, files: [file] }));
    this.run(process.execPath, join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json");
  }
}
