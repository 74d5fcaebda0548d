/** Under overload nodes refuse and take in turn: a problem that comes back is not logged again before this time is over. */
const QUIET_MS = 60_000;

/** Knows whether the search nodes take documents, and logs when that changes, not at each attempt. */
export class HealthLog {
  readonly #log: (level: "info" | "error", message: string) => void;
  #problem: string | undefined;
  #loggedProblem = false;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(log: (level: "info" | "error", message: string) => void) {
    this.#log = log;
  }

  /** Why the nodes take nothing at the moment. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What the last attempt came to. */
  note(problem: string | undefined): void {
    this.#problem = problem;
    if ((problem !== undefined) === this.#loggedProblem) return;
    if (problem !== undefined) {
      if (Date.now() - this.#loggedAtMs < QUIET_MS) return;
      this.#log("error", `elasticsearch: ${problem}; documents wait on disk`);
      this.#loggedAtMs = Date.now();
    } else this.#log("info", "elasticsearch: documents are taken again");
    this.#loggedProblem = problem !== undefined;
  }
}
