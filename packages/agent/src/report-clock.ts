/** Steps back of the system clock that are made good; a longer one is a clock that was set right. */
const LONGEST_STEP_BACK_MS = 600_000;
/** Steps worth a word. */
const NOTICED_MS = 1000;

/**
 * The time of reports: the wall clock, but for the order of reports. When the clock steps back, by NTP or after a machine slept, its time goes on at half its pace until the clock has
 * caught up: a report that lay before the last one would make a total fall and rise again for whoever puts them in order.
 */
export class ReportClock {
  private readonly warn: (message: string) => void;
  private lastMs = 0;
  private lastMonotonicMs = 0;
  private behind = false;

  constructor(warn: (message: string) => void) {
    this.warn = warn;
  }

  /** Whole microseconds since the epoch (REG-42). */
  nowUs(): number {
    const wallMs = Date.now();
    const monotonicMs = performance.now();
    const stepMs = this.lastMs - wallMs;
    if (stepMs < 0 || (stepMs === 0 && !this.behind) || stepMs > LONGEST_STEP_BACK_MS) {
      if (stepMs > 0) this.warn(`the system clock went back by ${stepMs} ms: reports lie before those already sent`);
      this.behind = false;
      this.lastMs = wallMs;
    } else {
      if (!this.behind && stepMs > NOTICED_MS)
        this.warn(`the system clock went back by ${stepMs} ms: reports keep their order until it has caught up`);
      this.behind = true;
      this.lastMs += Math.max(1, Math.floor((monotonicMs - this.lastMonotonicMs) / 2));
    }
    this.lastMonotonicMs = monotonicMs;
    return this.lastMs * 1000;
  }
}
