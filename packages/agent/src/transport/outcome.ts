import { parseRetryAfter } from "./backoff.js";
import type { Answer } from "./http/sender.js";

/** What an answer means for the batch it answers. */
export type Outcome =
  | { readonly kind: "accepted" }
  /** The content was refused: `accepted` of its events were stored all the same, repeating the rest is useless (W-45). */
  | { readonly kind: "refused"; readonly accepted: number; readonly problem: string; readonly cause: string }
  /** Worth another attempt, not before `retryAfterMs`. */
  | { readonly kind: "retry"; readonly retryAfterMs: number; readonly problem: string; readonly cause: string };

/** Longest part of a server's words that is logged (W-46). */
const MAX_LOGGED_BODY = 10_000;

/** Judges the answer to `events` events (W-43 … W-45, W-51). `nowMs`: calendar time, for a `Retry-After` that names a date. */
export function judgeAnswer(answer: Answer, events: number, nowMs: number): Outcome {
  const { status } = answer;
  const cause = `HTTP ${status}`;
  if (status >= 200 && status < 300) {
    if (!answer.premature) return { kind: "accepted" };
    return {
      kind: "retry",
      retryAfterMs: 0,
      cause: "premature",
      problem: `HTTP ${status} came before the request was complete`,
    };
  }
  const problem = `${status === 429 ? "Temporarily rate limited: " : ""}HTTP ${status}: ${answer.body.slice(0, MAX_LOGGED_BODY)}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { kind: "refused", accepted: Math.min(acceptedIn(answer.body), events), problem, cause };
  }
  const asked = status === 429 || status === 503 ? parseRetryAfter(answer.headers["retry-after"], nowMs) : 0;
  return { kind: "retry", retryAfterMs: asked, problem, cause };
}

/** Judges a request that got no answer. */
export function judgeError(error: unknown): Outcome {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = String(message || code || error);
  return { kind: "retry", retryAfterMs: 0, problem: text, cause: String(code ?? text) };
}

/** How many events were stored, by the error body's `accepted` (W-50). */
function acceptedIn(body: string): number {
  try {
    const { accepted } = JSON.parse(body) as { accepted?: unknown };
    return typeof accepted === "number" && Number.isSafeInteger(accepted) && accepted > 0 ? accepted : 0;
  } catch {
    return 0;
  }
}
