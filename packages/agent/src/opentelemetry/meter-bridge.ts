import type { Client } from "../client.js";
import { HookGuard } from "../hooks/hook-guard.js";
import { type LoadedPackage, type ModuleHook, ModuleHooks } from "../hooks/module-hooks.js";
import { TidegaugeMetricExporter } from "./exporter.js";
import { TidegaugeMetricReader } from "./reader.js";

/** What is used of the SDK's class and of the API. */
type MeterProviderClass = new (options?: { readers?: unknown[] }) => object;
interface MetricsApi {
  getMeterProvider(): object;
}

const SDK = "@opentelemetry/sdk-metrics";

/**
 * Attaches the client to the application's OpenTelemetry metrics without any code there (OT-2, `opentelemetry_bridge_enabled`): a `MeterProvider` the application makes
 * gets one reader more, and where only the API is used, a provider of ours stands in until the application sets one.
 */
export class MeterBridge {
  private readonly client: Client;
  private readonly hooks: ModuleHooks;
  private own: object | undefined = undefined;
  private failed = false;

  constructor(client: Client) {
    this.client = client;
    const failures = { count: 0 };
    const hooks = [this.sdkHook(), this.apiHook()];
    this.hooks = new ModuleHooks(hooks, (name) => new HookGuard(name, client.logger, failures), client.logger);
    this.hooks.install();
  }

  /** Attaches to no further provider. */
  remove(): void {
    this.hooks.remove();
  }

  private sdkHook(): ModuleHook {
    return {
      packageName: SDK,
      majors: [2],
      patch: (loaded: LoadedPackage) => {
        // The package's own file: its index reads the class from there each time it is asked for.
        const holder = loaded.require("./build/src/MeterProvider.js") as { MeterProvider: MeterProviderClass };
        const original = holder.MeterProvider;
        const bridge = this;
        const attached = class MeterProvider extends original {
          constructor(options: { readers?: unknown[] } = {}) {
            super({ ...options, readers: [...(options.readers ?? []), ...bridge.readerFor(options.readers ?? [])] });
          }
        };
        holder.MeterProvider = attached;
        return [
          () => {
            if (holder.MeterProvider === attached) holder.MeterProvider = original;
          },
        ];
      },
    };
  }

  /** One reader, unless the application has attached the client itself. */
  private readerFor(readers: readonly unknown[]): TidegaugeMetricReader[] {
    const attached = readers.some(
      (reader) =>
        reader instanceof TidegaugeMetricReader ||
        (reader as { _exporter?: unknown } | undefined)?._exporter instanceof TidegaugeMetricExporter,
    );
    return attached ? [] : [new TidegaugeMetricReader({ client: this.client })];
  }

  private apiHook(): ModuleHook {
    return {
      packageName: "@opentelemetry/api",
      majors: [1],
      patch: (loaded: LoadedPackage) => {
        const { metrics } = loaded.require("./") as { metrics: MetricsApi };
        const none = metrics.getMeterProvider();
        const prototype = Object.getPrototypeOf(metrics) as MetricsApi;
        const original = prototype.getMeterProvider;
        const bridge = this;
        // Asked each time, so that a provider the application sets later is never in our shadow.
        const standIn = function getMeterProvider(this: MetricsApi): object {
          const present = original.call(this);
          return isNone(present, none) ? (bridge.provider(loaded) ?? present) : present;
        };
        prototype.getMeterProvider = standIn;
        return [
          () => {
            if (prototype.getMeterProvider === standIn) prototype.getMeterProvider = original;
          },
        ];
      },
    };
  }

  /** Our own provider, made when it is first asked for. */
  private provider(loaded: LoadedPackage): object | undefined {
    if (this.own !== undefined || this.failed) return this.own;
    try {
      const { MeterProvider } = loaded.require(SDK) as { MeterProvider: MeterProviderClass };
      // Patched by the hook above on this very load, so it has the reader.
      this.own = new MeterProvider();
    } catch (error) {
      this.failed = true;
      this.client.logger.warn(
        `opentelemetry_bridge_enabled needs ${SDK} 2 where only the API is used; install it: ${String(error)}`,
      );
    }
    return this.own;
  }
}

/** The API gives one and the same object while no provider is set; a provider may have been set before the hook came. */
function isNone(present: object, none: object): boolean {
  return present === none && present.constructor.name === "NoopMeterProvider";
}
