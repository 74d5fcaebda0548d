import type { Matcher } from "../config/matcher.js";
import type { Tracer } from "../tracing/tracer.js";
import { FastifyHook } from "./fastify.js";
import { type HookFailures, HookGuard, type HookReporter } from "./hook-guard.js";
import { HttpClientHook } from "./http-client.js";
import { HttpServerHook } from "./http-server.js";
import { ModuleHooks } from "./module-hooks.js";
import { packageHooks } from "./package-hooks.js";
import { UndiciHook } from "./undici.js";

/** What the hooks work with. */
export interface HookOptions {
  tracer: Tracer;
  reporter: HookReporter;
  /** Paths that are no transactions; asked for each request (BD-29). */
  ignoreUrls: () => readonly Matcher[];
}

/** The hooks of a running client. */
export interface Hooks {
  /** Errors inside hooks since the start (TR-35). */
  readonly failures: HookFailures;
  /** Takes every hook out again. */
  remove(): void;
}

/** Installs the hooks for HTTP, frameworks and databases (TR-1). Not called when nothing is measured, so that nothing costs. */
export function installHooks({ tracer, reporter, ignoreUrls }: HookOptions): Hooks {
  const failures: HookFailures = { count: 0 };
  const guardFor = (name: string): HookGuard => new HookGuard(name, reporter, failures);
  const installed = [
    new HttpServerHook(tracer, guardFor("http server"), ignoreUrls),
    new HttpClientHook(tracer, guardFor("http client")),
    new UndiciHook(guardFor("undici")),
    new FastifyHook(guardFor("fastify"), reporter),
    new ModuleHooks(packageHooks(tracer, reporter), guardFor, reporter),
  ];
  for (const hook of installed) hook.install();
  return {
    failures,
    remove: () => {
      for (const hook of installed) hook.remove();
    },
  };
}
