import type { HeldDocument } from "./bulk/bulk.js";

/** Under overload nodes refuse and take in turn: a problem that comes back is not logged again before this time is over. */
const QUIET_MS = 60_000;
/** A node that takes nothing for so long while it refuses some is not available, though it answers. */
const TAKEN_MS = 60_000;
/** Held documents are tried all the time; so often it is logged that they still are. */
const HELD_QUIET_MS = 600_000;

/** Knows whether the search nodes take documents, and logs when that changes, not at each attempt. */
export class HealthLog {
  readonly #log: (level: "info" | "error", message: string) => void;
  #problem: string | undefined;
  #loggedProblem = false;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #heldLoggedAtMs = Number.NEGATIVE_INFINITY;
  #takenAtMs = Number.NEGATIVE_INFINITY;
  #refusal: string | undefined;

  constructor(log: (level: "info" | "error", message: string) => void) {
    this.#log = log;
  }

  /** Why the nodes take nothing at the moment. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Why documents were held the last time, if nothing was taken for a minute either. */
  get refusal(): string | undefined {
    return performance.now() - this.#takenAtMs > TAKEN_MS ? this.#refusal : undefined;
  }

  /** What the last attempt came to. */
  note(problem: string | undefined, isTaken: boolean): void {
    this.#problem = problem;
    if (isTaken) this.#takenAtMs = performance.now();
    if ((problem !== undefined) === this.#loggedProblem) return;
    if (problem !== undefined) {
      if (Date.now() - this.#loggedAtMs < QUIET_MS) return;
      this.#log("error", `elasticsearch: ${problem}; documents wait on disk`);
      this.#loggedAtMs = Date.now();
    } else this.#log("info", "elasticsearch: documents are taken again");
    this.#loggedProblem = problem !== undefined;
  }

  /** Documents are held in the disk queue, or still are. */
  held([first, ...others]: readonly HeldDocument[]): void {
    if (first === undefined) return;
    this.#refusal = `${first.status} ${first.reason}`;
    if (performance.now() - this.#heldLoggedAtMs < HELD_QUIET_MS) return;
    this.#heldLoggedAtMs = performance.now();
    const action = first.lines.subarray(0, first.lines.indexOf(10)).toString("utf8");
    const { create } = JSON.parse(action) as { create: { _index: string } };
    this.#log(
      "error",
      `elasticsearch: ${others.length + 1} documents are refused for now, of ${create._index} for instance (${this.#refusal}); they wait on disk, others go on`,
    );
  }
}
