import type { ClientOptions } from "./client-options.js";
import type { CentralConfigPoller } from "./config/central.js";
import { Config } from "./config/config.js";
import { registerConfiguredSets } from "./configured-sets.js";
import type { Hooks } from "./hooks/install.js";
import { createLogger, type Logger } from "./logging/logger.js";
import { createEphemeralId } from "./metadata/ephemeral-id.js";
import type { MeterBridge } from "./opentelemetry/meter-bridge.js";
import { MetricsRegistry } from "./registry.js";
import { runningClient, setRunningClient } from "./running.js";
import { BUILT_IN_SETS } from "./sets/index.js";
import { currentSpan, runSuppressed } from "./tracing/context.js";
import type { PublicSpan, StartOptions, Transaction } from "./tracing/span.js";
import { Tracer } from "./tracing/tracer.js";
import type { Timer } from "./transport/clock.js";
import type { HttpTransport } from "./transport/http/http-transport.js";
import type { Transport, TransportStats } from "./transport/transport.js";

/** When the start is long over and nothing of the agent has become rare yet. */
const LATE_MODULES_MS = 10_000;

/** Of the time for closing, what the transport has for itself however long the last collection takes. */
const LAST_SENDING_MS = 2000;
/** What the last collection has at least. */
const LAST_COLLECTION_MS = 1000;

/** Loaded with the first client that sends or is started. */
const started = (): typeof import("./started.js") => require("./started.js");

/** Only an inert client has it. */
function nullTransport(): Transport {
  const { NullTransport } = require("./null-transport.js") as typeof import("./null-transport.js");
  return new NullTransport();
}

/** Something that sends through the client by itself: its last values go before the client's own. */
export interface Companion {
  /** Sends its present values and goes on. What takes longer than `limitMs` to read is left out. */
  collect(limitMs: number): Promise<void>;
  /** Sends its last values. */
  stop(): Promise<void>;
}

/** The agent: metric sets, the timer that collects them, and the way to the server. */
export class AgentClient {
  readonly metrics: MetricsRegistry;
  readonly config: Config;
  readonly logger: Logger;
  /** Identity of this process or thread on the wire: part of every series. */
  readonly ephemeralId: string;
  readonly options: ClientOptions;
  private readonly transport: Transport;
  /** Starts transactions and spans; for the hooks and OpenTelemetry. */
  readonly tracer: Tracer;
  private readonly stopListening: () => void;
  private poller: CentralConfigPoller | undefined;
  private removeShutdownHooks: (() => void) | undefined;
  private hooks: Hooks | undefined;
  private meterBridge: MeterBridge | undefined;
  private lateModules: Timer | undefined;
  private closing: Promise<void> | undefined;
  private readonly companions = new Set<Companion>();

  /** An inert client measures and sends nothing, whatever the environment says. */
  constructor(options: ClientOptions = {}, isInert = false) {
    const isolated = options.start === false;
    this.options = options;
    this.config = Config.load(options);
    this.logger = createLogger(this.config, options.logger);
    this.ephemeralId = createEphemeralId();
    const { values } = this.config;
    const isEnabled = values.enabled && !isInert;
    this.transport = options.transport ?? (isEnabled ? this.httpTransport() : nullTransport());
    this.metrics = new MetricsRegistry({
      transport: this.transport,
      logger: this.logger,
      intervalMs: values.metricsIntervalMs,
      disableMetrics: values.disableMetrics,
      seriesLimit: values.metricsLimit,
      seriesExpiry: values.seriesExpiry,
      disableSend: values.disableSend || !isEnabled,
      isRecording: () => isEnabled && values.recording,
      builtIns: BUILT_IN_SETS,
      prometheus: {
        prefix: () => values.prometheusMetricsPrefix,
        ...(options.prometheusRegistry === undefined ? {} : { registries: options.prometheusRegistry }),
      },
    });
    const sinks = isEnabled ? registerConfiguredSets(this.metrics, this.config, this.logger) : {};
    this.tracer = new Tracer({ ...sinks, isRecording: () => values.recording });
    this.stopListening = this.config.onChange((changed) => {
      if (changed.has("metricsIntervalMs")) this.metrics.setInterval(values.metricsIntervalMs);
      if (changed.has("disableMetrics")) this.metrics.setDisableMetrics(values.disableMetrics);
    });
    if (isEnabled && !isolated) runSuppressed(() => this.start());
  }

  private httpTransport(): HttpTransport {
    const { config, logger, ephemeralId } = this;
    const { gatherMetadata, HttpTransport } = started();
    const transport = new HttpTransport({
      config,
      logger,
      ephemeralId,
      metadata: gatherMetadata(config, ephemeralId, logger),
    });
    // W-7: neither our hooks nor an OpenTelemetry SDK of the application sees the agent's own requests, whoever asks for them.
    const { sender } = transport;
    const send = sender.send.bind(sender);
    sender.send = (request) => runSuppressed(() => send(request));
    return transport;
  }

  /** When nothing is measured no hook is installed, and the application runs as if there were no agent. */
  private installHooks(): void {
    if (!this.tracer.isActive) return;
    const ignoreUrls = () => this.config.values.transactionIgnoreUrls;
    this.hooks = started().installHooks({ tracer: this.tracer, reporter: this.logger, ignoreUrls });
  }

  /** Errors inside the hooks since the start: each switched its hook off and was logged once (TR-35). */
  get hookFailures(): number {
    return this.hooks?.failures.count ?? 0;
  }

  /** The application's OpenTelemetry SDK measures from now on (TR-3): our own hooks would count everything twice. */
  measureByOpenTelemetry(): void {
    if (this.hooks === undefined) return;
    this.hooks.remove();
    this.hooks = undefined;
    this.logger.info("transactions and spans are measured by OpenTelemetry; the agent's own hooks are taken out");
  }

  private start(): void {
    const { CentralConfigPoller, endable, HttpTransport, installShutdownHooks, systemClock } = started();
    setRunningClient(this);
    this.config.logEffective();
    this.installHooks();
    if (this.config.values.opentelemetryBridgeEnabled) {
      const bridge = require("./opentelemetry/meter-bridge.js") as typeof import("./opentelemetry/meter-bridge.js");
      this.meterBridge = new bridge.MeterBridge(this);
    }
    this.metrics.start();
    this.removeShutdownHooks = installShutdownHooks(
      endable({
        collect: (limitMs) => this.collectAll(limitMs),
        collectSync: () => this.metrics.collectSync(),
        close: (limitMs) => this.close(limitMs),
        transport: this.transport,
      }),
      this.logger,
    );
    this.lateModules = systemClock.after(LATE_MODULES_MS, () => this.loadLateModules());
    if (!(this.transport instanceof HttpTransport)) return;
    this.transport.start();
    const { config, logger } = this;
    this.poller = new CentralConfigPoller({ config, logger, sender: this.transport.sender });
    this.poller.start();
  }

  private loadLateModules(): void {
    try {
      (require("./late-modules.js") as typeof import("./late-modules.js")).loadLateModules();
    } catch (error) {
      this.logger.warn(`the agent's own files cannot be read: were they replaced while this process runs? ${error}`);
    }
  }

  /** Collects now; see `MetricsRegistry.collect`. */
  collect(): Promise<void> {
    return runSuppressed(() => this.metrics.collect());
  }

  /** Resolves when everything queued is sent or spooled; rejects with `AgentError` flush_timeout (W-76). */
  flush(): Promise<void> {
    return runSuppressed(() => this.transport.flush());
  }

  /** Where the recorded events are now, in events (W-93). */
  stats(): TransportStats {
    return this.transport.stats();
  }

  /**
   * Collects once more, sends, stops, within `limitMs` (`api_request_time`). Without a timer (`start: false`, `metrics_interval` 0) nothing is collected but by `collect()`, here too.
   * Idempotent; never rejects (REG-87, W-75).
   */
  close(limitMs?: number): Promise<void> {
    this.closing ??= runSuppressed(() => this.closeNow(limitMs));
    return this.closing;
  }

  private async closeNow(limitMs: number = this.config.values.apiRequestTimeMs): Promise<void> {
    if (runningClient() === this) setRunningClient(undefined);
    this.stopListening();
    this.lateModules?.cancel();
    this.meterBridge?.remove();
    this.hooks?.remove();
    const { transport } = this;
    const { HttpTransport, within } = started();
    const begunMs = performance.now();
    const sendingMs = Math.min(limitMs, LAST_SENDING_MS);
    // Whatever one step does, the others follow: the transport has sockets and a lock to give back.
    // A value that never comes must not keep the others from being sent.
    const collectingMs = Math.max(LAST_COLLECTION_MS, limitMs - sendingMs);
    if (!(await within(collectingMs, this.stopCollecting()))) {
      this.logger.warn(
        `the last collection took longer than ${Math.round(collectingMs)} ms: values it waits for are not sent`,
      );
    }
    await this.closeStep(() => this.metrics.close());
    await this.closeStep(() => this.poller?.stop());
    const leftMs = Math.max(sendingMs, limitMs - (performance.now() - begunMs));
    await this.closeStep(() => (transport instanceof HttpTransport ? transport.close(leftMs) : transport.close()));
    this.removeShutdownHooks?.();
  }

  private async stopCollecting(): Promise<void> {
    await this.closeStep(() => Promise.all([...this.companions].map((companion) => companion.stop())));
    await this.closeStep(() => this.metrics.stop());
  }

  private async closeStep(step: () => unknown): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.logger.error(`closing the client failed: ${String(error)}`);
    }
  }

  /** Before the process ends by itself: the companions' last values too (W-92). A client that closes has them already. */
  private async collectAll(limitMs: number): Promise<void> {
    if (this.closing !== undefined) return this.closing;
    const companions = [...this.companions];
    await this.closeStep(() => runSuppressed(() => Promise.all(companions.map((one) => one.collect(limitMs)))));
    await this.collect();
  }

  /** Has `companion` collected when the process ends and stopped first when the client closes (OT-22). The function it gives ends that. */
  accompany(companion: Companion): () => void {
    this.companions.add(companion);
    return () => {
      this.companions.delete(companion);
    };
  }

  /** Runs `fn` in a new transaction, current for everything called and awaited inside; ends on return and throw. */
  withTransaction<R>(name: string, type: string, fn: (transaction: Transaction) => R): R {
    return this.tracer.withTransaction(name, type, fn);
  }

  /** Runs `fn` in a new child of the current span; a synchronous `fn` stays synchronous. */
  withSpan<R>(name: string, type: string, fn: (span: PublicSpan) => R): R;
  withSpan<R>(name: string, type: string, subtype: string | undefined, fn: (span: PublicSpan) => R): R;
  withSpan<R>(
    name: string,
    type: string,
    subtypeOrFn: string | undefined | ((span: PublicSpan) => R),
    fn?: (span: PublicSpan) => R,
  ): R {
    return typeof subtypeOrFn === "function"
      ? this.tracer.withSpan(name, type, subtypeOrFn)
      : this.tracer.withSpan(name, type, subtypeOrFn, fn as (span: PublicSpan) => R);
  }

  /** Names the transaction the running code is in, for routers the agent does not know; without one it does nothing. */
  setTransactionName(name: string): void {
    const transaction = currentSpan()?.root;
    if (transaction !== null && transaction !== undefined) transaction.name = name;
  }

  /** A transaction that does not become current: its spans are started from it. */
  startTransaction(name: string, type?: string, options?: StartOptions): Transaction {
    return this.tracer.startTransaction(name, type, options);
  }

  /** A child of the current span, inert without one; it does not become current. */
  startSpan(name: string, type?: string, subtype?: string, options?: StartOptions): PublicSpan {
    return this.tracer.startSpan(name, type, subtype, options);
  }
}
