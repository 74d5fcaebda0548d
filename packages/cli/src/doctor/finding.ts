/** How a check ended: `pass`, `warn` (works, but look at it), `fail` (metrics do not arrive). */
export type Verdict = "pass" | "warn" | "fail";

/** What one check of `tidegauge doctor` found. */
export interface Finding {
  /** Stable name of the check, such as `server-reachable`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** One line: what is so. */
  readonly message: string;
  /** What to do about it; present unless passed. */
  readonly fix?: string;
}

/** Shorthands, so that checks read as sentences. */
export const pass = (check: string, message: string): Finding => ({ check, verdict: "pass", message });
/** A check that found something to look at; `fix` says what to do. */
export const warn = (check: string, message: string, fix: string): Finding => ({
  check,
  verdict: "warn",
  message,
  fix,
});
/** A check that found what keeps metrics from arriving; `fix` says what to do. */
export const fail = (check: string, message: string, fix: string): Finding => ({
  check,
  verdict: "fail",
  message,
  fix,
});
