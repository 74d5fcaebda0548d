import { type OtelApi, TidegaugeTracerProvider } from "../opentelemetry/provider.js";
import type { Tracer } from "../tracing/tracer.js";
import type { HookReporter } from "./hook-guard.js";
import type { LoadedPackage, ModuleHook } from "./module-hooks.js";
import type { Unpatch } from "./patch.js";

/** Puts the metrics-only provider behind the OpenTelemetry API once the application has loaded it (TR-2); an application without it pays nothing. */
export function opentelemetryHook(tracer: Tracer, reporter: HookReporter): ModuleHook {
  return {
    packageName: "@opentelemetry/api",
    majors: [1],
    patch(loaded: LoadedPackage): Unpatch[] {
      const api = loaded.require("./") as OtelApi;
      const provider = new TidegaugeTracerProvider(tracer, api, reporter);
      provider.attach();
      return [() => provider.detach()];
    },
  };
}

/** Says once that two agents measure the same, and what to do (TR-16). */
export function elasticAgentHook(reporter: HookReporter): ModuleHook {
  return {
    packageName: "elastic-apm-node",
    majors: [3, 4],
    patch(): [] {
      reporter.warn(
        "elastic-apm-node is loaded as well: both agents measure HTTP, frameworks, databases and span breakdown, so those metrics are sent twice if both report to one service. Set its option metricsInterval to 0 to keep only its traces.",
      );
      return [];
    },
  };
}
