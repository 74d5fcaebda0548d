import type { Metricset } from "@tidegauge/protocol";
import { LineBuffer } from "@tidegauge/protocol/encode";
import { CollectTimer } from "./collect-timer.js";
import { AgentError } from "./errors.js";
import { MetricSet } from "./metricset.js";
import type { MetricsRegistry } from "./registry.js";
import { soon } from "./transport/clock.js";

/** Loaded at the first collection of a set whose payloads user code may change. */
let payloads: typeof import("./payload-line.js") | undefined;
function payloadLine(payload: Metricset | undefined): string | undefined {
  payloads ??= require("./payload-line.js") as typeof import("./payload-line.js");
  return payloads.payloadLine(payload);
}

/** CPU time after which a collection lets others run: with the chunk that follows it stays below 3 ms. */
const SLICE_MS = 1;
/** Label sets between two looks at the clock. */
const CLOCK_EVERY = 16;

/** Turns the sets of a registry into lines for its transport: one collection at a time, in slices, an error of one set never touching another. */
export class Collector {
  private readonly registry: MetricsRegistry;
  private readonly timer: CollectTimer;
  private running: Promise<void> | undefined = undefined;
  private following: Promise<void> | undefined = undefined;
  private readonly unfinished = new Map<MetricSet, Promise<void>>();
  private sliceEndMs = 0;
  private steps = 0;

  constructor(registry: MetricsRegistry, intervalMs: number) {
    this.registry = registry;
    this.timer = new CollectTimer(intervalMs, () => this.collect());
  }

  get intervalMs(): number {
    return this.timer.intervalMs;
  }

  start(): void {
    this.timer.start();
  }

  async stop(): Promise<void> {
    if (this.timer.stop()) await this.collect();
  }

  setInterval(intervalMs: number): void {
    this.timer.setInterval(intervalMs);
  }

  collect(): Promise<void> {
    if (this.running === undefined) {
      this.running = this.round().finally(() => {
        this.running = undefined;
      });
      return this.running;
    }
    this.following ??= this.running.then(() => {
      this.following = undefined;
      return this.collect();
    });
    return this.following;
  }

  /**
   * Reads what a set reads at collection, without collecting: for the exposition. Not while a timer does it anyway: some values cover the time since they were last
   * read, and the report is not to lose the part before a scrape.
   */
  async refresh(set: MetricSet): Promise<void> {
    if (this.timer.isRunning && set.table.round > 0) return;
    try {
      if (set.beforeCollect !== MetricSet.prototype.beforeCollect) await this.before(set);
      set.observers.read();
    } catch (error) {
      this.failed(set, error);
    }
  }

  /** Lines of metricsets that no set of the registry made. */
  queue(metricsets: readonly Metricset[]): void {
    const lines = new LineBuffer();
    for (const metricset of metricsets) this.add(lines, payloadLine(metricset));
    this.send(lines);
  }

  private async round(): Promise<void> {
    await this.sets();
    if (!this.registry.isRecording) return;
    const lines = new LineBuffer();
    for (const set of this.registry.metricSets()) {
      try {
        await this.collectSet(set, lines);
      } catch (error) {
        this.failed(set, error);
      }
      this.send(lines);
    }
  }

  /** Waits for the sets of import strings, but not for ever: a module that never ends loading must not stop the others. */
  private async sets(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.registry.beforeCollectLimitMs);
      timer.unref?.();
    });
    await Promise.race([this.registry.loaded(), limit]);
    clearTimeout(timer);
  }

  private failed(set: MetricSet, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.registry.logger.error(`metric set ${set.id} could not be collected, it is tried again next time: ${text}`);
  }

  private async collectSet(set: MetricSet, lines: LineBuffer): Promise<void> {
    this.sliceEndMs = performance.now() + SLICE_MS;
    if (set.collect !== MetricSet.prototype.collect) {
      return this.collectOwn(set, lines);
    }
    // An own method that gives nothing to wait for costs no turn of the event loop.
    if (set.beforeCollect !== MetricSet.prototype.beforeCollect) await this.before(set);
    set.observers.read();
    if (set.beforeYield === MetricSet.prototype.beforeYield && !set.table.clashes) await this.walk(set, lines);
    else {
      for (const payload of set.payloads()) {
        this.add(lines, payloadLine(payload));
        if (this.isSliceOver()) await this.rest(lines);
      }
    }
  }

  /** A set with a `collect` of its own: each payload has the time limit. */
  private async collectOwn(set: MetricSet, lines: LineBuffer): Promise<void> {
    const payloads = set.collect()[Symbol.asyncIterator]();
    let isDone = false;
    try {
      for (;;) {
        const next = await this.within(set, payloads.next());
        isDone = next.done === true;
        if (next.done === true) return;
        this.add(lines, payloadLine(next.value));
      }
    } finally {
      // Given up, it must still end its walk, or what is made from now on would wait for that for ever.
      if (!isDone) payloads.return?.().catch(() => {});
    }
  }

  /** Brings a set up to date, within the time limit. */
  private async before(set: MetricSet): Promise<void> {
    // A call that outlived its time limit is waited for, not made a second time.
    let pending = this.unfinished.get(set);
    if (pending === undefined) {
      pending = Promise.resolve(set.beforeCollect());
      this.unfinished.set(set, pending);
      const finished = (): void => {
        this.unfinished.delete(set);
      };
      pending.then(finished, finished);
    }
    await this.within(set, pending);
    this.sliceEndMs = performance.now() + SLICE_MS;
  }

  /** `work`, or an error after the time limit. */
  private within<T>(set: MetricSet, work: Promise<T>): Promise<T> {
    const limitMs = this.registry.beforeCollectLimitMs;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new AgentError("COLLECT_TIMEOUT", `metric set ${set.id} took longer than ${limitMs} ms to read its values`),
        );
      }, limitMs);
      timer.unref?.();
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  private async walk(set: MetricSet, lines: LineBuffer): Promise<void> {
    const { Walk } = require("./instruments/walk.js") as typeof import("./instruments/walk.js");
    const walk = new Walk(set.table, set.totals, this.registry.seriesExpiry, this.registry.nowUs());
    try {
      for (let labels = walk.next(); labels !== undefined; labels = walk.next()) {
        this.add(lines, walk.line(labels));
        if (this.isSliceOver()) await this.rest(lines);
      }
    } finally {
      walk.end();
    }
  }

  private isSliceOver(): boolean {
    return ++this.steps % CLOCK_EVERY === 0 && performance.now() >= this.sliceEndMs;
  }

  private async rest(lines: LineBuffer): Promise<void> {
    this.send(lines);
    await new Promise<void>(soon);
    this.sliceEndMs = performance.now() + SLICE_MS;
  }

  private add(lines: LineBuffer, line: string | undefined): void {
    if (line === undefined) return;
    if (!lines.add(line)) {
      if (this.registry.disableSend) return;
      this.registry.logger.warn(
        "a metricset of more than 307,199 bytes cannot be sent and is dropped; use fewer names under one label set",
      );
      this.registry.transport.drop("tooLarge", 1);
    } else if (lines.full) this.send(lines);
  }

  private send(lines: LineBuffer): void {
    const chunk = lines.take();
    if (chunk !== undefined && !this.registry.disableSend) this.registry.transport.queue(chunk.bytes, chunk.count);
  }

  collectSync(): void {
    if (!this.registry.isRecording) return;
    const lines = new LineBuffer();
    for (const set of this.registry.metricSets()) {
      if (set.beforeCollect !== MetricSet.prototype.beforeCollect || set.collect !== MetricSet.prototype.collect)
        continue;
      try {
        set.observers.read();
        for (const payload of set.payloads()) this.add(lines, payloadLine(payload));
      } catch (error) {
        this.failed(set, error);
      }
      this.send(lines);
    }
  }
}
