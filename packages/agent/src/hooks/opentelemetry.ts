import { type OtelApi, TidegaugeTracerProvider } from "../opentelemetry/provider.js";
import type { Tracer } from "../tracing/tracer.js";
import type { HookReporter } from "./hook-guard.js";
import type { LoadedPackage } from "./module-hooks.js";
import type { Unpatch } from "./patch.js";

/** Puts the metrics-only provider behind the OpenTelemetry API once the application has loaded it (TR-2); an application without it pays nothing. */
export function patchOpentelemetryApi(loaded: LoadedPackage, tracer: Tracer, reporter: HookReporter): Unpatch[] {
  const api = loaded.require("./") as OtelApi;
  const provider = new TidegaugeTracerProvider(tracer, api, reporter);
  provider.attach();
  return [() => provider.detach()];
}
