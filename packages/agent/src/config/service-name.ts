import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { workingDirectory } from "./file.js";
import { isAzureFunctions } from "./serverless.js";

const VALID_NAME = /^(?=.*[^ ])[a-zA-Z0-9 _-]{1,1024}$/;

/** Name and version of the service as far as its surroundings tell (configuration.md §6.4). */
export interface DiscoveredService {
  name: string | undefined;
  version: string | undefined;
}

/**
 * Finds the service's name and version where none is configured: the function platform's, else the nearest `package.json` of the main script.
 * `mainScript` is `process.argv[1]`; without one the search begins at `cwd`.
 */
export function discoverService(
  env: NodeJS.ProcessEnv,
  mainScript: string | undefined = process.argv[1],
  cwd: string = workingDirectory(),
): DiscoveredService {
  const manifest = nearestManifest(mainScript ? dirname(mainScript) : cwd);
  const functionName = env.AWS_LAMBDA_FUNCTION_NAME ?? (isAzureFunctions(env) ? env.WEBSITE_SITE_NAME : undefined);
  return {
    name: functionName && VALID_NAME.test(functionName) ? functionName : serviceNameOf(manifest?.name),
    version: env.AWS_LAMBDA_FUNCTION_VERSION || (typeof manifest?.version === "string" ? manifest.version : undefined),
  };
}

/** A package name as a service name: `@acme/billing.api` → `acme-billing_api`; `undefined` if nothing readable remains. */
export function serviceNameOf(packageName: unknown): string | undefined {
  if (typeof packageName !== "string") return undefined;
  const scoped = packageName.trim().replace(/^@([^/]+)\/(.+)$/, "$1-$2");
  const name = scoped.replace(/[^a-zA-Z0-9 _-]/g, "_").slice(0, 1024);
  return /^[ _-]*$/.test(name) ? undefined : name;
}

/** The `package.json` of the nearest directory upward that has one. */
export function nearestManifest(from: string): { name?: unknown; version?: unknown; type?: unknown } | undefined {
  for (let directory = from; ; ) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
      if (manifest !== null && typeof manifest === "object") return manifest;
    } catch {
      // None here, or not readable: look further up.
    }
    const parent = dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}
