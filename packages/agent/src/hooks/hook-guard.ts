/** Where hooks say that one of them stopped. */
export interface HookReporter {
  warn(message: string): void;
}

/** Failures of hooks since start, for `agent` health metrics and tests. */
export interface HookFailures {
  count: number;
}

/**
 * Stands between a hook and the application: an error inside a hook switches that hook off, is counted and logged once, and never reaches the
 * application (TR-35).
 */
export class HookGuard {
  /** What the hook watches, as it stands in the log. */
  readonly name: string;
  /** False once the hook failed or was removed; a hook asks before it does anything. */
  isOn = true;
  readonly #reporter: HookReporter;
  readonly #failures: HookFailures;

  constructor(name: string, reporter: HookReporter, failures: HookFailures) {
    this.name = name;
    this.#reporter = reporter;
    this.#failures = failures;
  }

  /** Takes an error of the hook itself. */
  failed(error: unknown): void {
    this.#failures.count++;
    if (!this.isOn) return;
    this.isOn = false;
    const reason = error instanceof Error ? error.message : String(error);
    this.#reporter.warn(`the ${this.name} hook failed and is switched off; its time is no longer measured: ${reason}`);
  }
}
