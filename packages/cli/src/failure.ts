/** Exit codes of every command. `run` ends as its application does. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Why a command failed; stable, for programs that read what `--json` writes on standard error. */
export type FailureCode =
  | "USAGE"
  | "SERVER_UNREACHABLE"
  | "UNAUTHORIZED"
  | "SERVER_ERROR"
  | "OUTPUT_INCOMPLETE"
  | "FAILED";

const UNKNOWN: FailureCode = "FAILED";

/** A command could not do what it was asked for. The message is one line that says what happened and what to do. */
export class CommandError extends Error {
  /** Stable name of the reason. */
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The command line cannot be carried out as written; ends with exit code 2. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super("USAGE", message);
  }
}

/** A failure as it is told: `code` of ours, or of the server and its store, which have codes of their own. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What happened, with a code and one line for a person. */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: UNKNOWN, message: String(error) };
  const { code = UNKNOWN, message } = error as Error & { code?: unknown };
  return { code: String(code), message };
}

/** Tells a failure on standard error: a line for a person, or JSON for a program. */
export function reportFailure(failure: Failure, asJson: boolean): void {
  const { code, message } = failure;
  process.stderr.write(
    asJson ? `${JSON.stringify({ error: { code, message } })}\n` : `tidegauge: ${message} (${code})\n`,
  );
}
