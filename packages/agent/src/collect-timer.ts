/** Calls for a collection each interval, counted from start to start; collections never overlap (REG-80…REG-86). Does not keep the process alive. */
export class CollectTimer {
  /** Milliseconds; 0 means off. */
  intervalMs: number;
  private readonly collect: () => Promise<void>;
  private started = false;
  private timer: NodeJS.Timeout | undefined = undefined;
  /** Changes with each re-arming, so that a collection that was running then does not arm a second timer. */
  private generation = 0;

  constructor(intervalMs: number, collect: () => Promise<void>) {
    this.intervalMs = intervalMs;
    this.collect = collect;
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    this.arm(this.intervalMs);
  }

  get isRunning(): boolean {
    return this.started && this.intervalMs > 0;
  }

  /** Ends the calls; true if the timer was running. */
  stop(): boolean {
    const running = this.isRunning;
    this.started = false;
    this.disarm();
    return running;
  }

  /** Applies a new interval from now on. */
  setInterval(intervalMs: number): void {
    if (intervalMs === this.intervalMs) return;
    this.intervalMs = intervalMs;
    this.disarm();
    if (this.started) this.arm(intervalMs);
  }

  private disarm(): void {
    this.generation++;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private arm(delayMs: number): void {
    if (this.intervalMs <= 0) return;
    const generation = this.generation;
    this.timer = setTimeout(() => void this.tick(generation), delayMs);
    this.timer.unref?.();
  }

  private async tick(generation: number): Promise<void> {
    const startedMs = performance.now();
    try {
      await this.collect();
    } catch {
      // A collection reports its own errors; whatever happens, the next one comes (REG-85).
    }
    if (this.started && generation === this.generation) {
      this.arm(Math.max(0, this.intervalMs - (performance.now() - startedMs)));
    }
  }
}
