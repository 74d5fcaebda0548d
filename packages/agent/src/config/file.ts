import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

/** Options read from a file, or why it could not be read. */
export interface ConfigFile {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

/** Where the process runs; the root if that was removed, which only stops an application that looks for files there itself. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return resolve("/");
  }
}

/**
 * Reads the configuration file of CFG-5: the path in `ELASTIC_APM_CONFIG_FILE`, else `elastic-apm-node.js` in the working directory if there is one.
 * A CommonJS module or JSON whose export is an object of options.
 */
export function readConfigFile(env: NodeJS.ProcessEnv, cwd: string = workingDirectory()): ConfigFile | undefined {
  const named = env.ELASTIC_APM_CONFIG_FILE;
  const path = resolve(cwd, named || "elastic-apm-node.js");
  if (!named && !existsSync(path)) return undefined;
  try {
    const exported: unknown = createRequire(path)(path);
    const options =
      exported !== null && typeof exported === "object" && "default" in exported ? exported.default : exported;
    if (options === null || typeof options !== "object") throw new Error("it does not export an object");
    return { path, options: options as Record<string, unknown> };
  } catch (error) {
    return {
      path,
      options: {},
      problem: error instanceof Error ? (error.message.split("\n")[0] as string) : String(error),
    };
  }
}
