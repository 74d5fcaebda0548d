import { ChildTime } from "./child-time.js";
import { epochOffsetMs, monotonicMs } from "./clock.js";
import { NO_SPANS, SelfTimes } from "./self-times.js";
import { asText, spanType } from "./span-type.js";

/** How a transaction went; the label `event.outcome` (BD-60). */
export type Outcome = "success" | "failure" | "unknown";

/** An explicit start, epoch milliseconds, fractions allowed. Without it a span starts now, on the monotonic clock (BD-18). */
export interface StartOptions {
  startTime?: number;
}

/** Takes what a transaction measured, once, when it ends (BD-41). */
export interface TransactionSink {
  /** `sums` are those of its spans, without its own self time; null when spans are not tracked (BD-45). */
  transactionEnded(transaction: Span, sums: SelfTimes | null, selfTimeUs: number, durationUs: number): void;
}

/** A piece of work inside a transaction. Every method is safe at any time: what no longer counts is inert (BD-21, BD-22). */
export interface PublicSpan extends Disposable {
  /** Only read by people; spans are grouped by type and subtype. */
  name: string;
  outcome: Outcome;
  /** Never null: a span under an ended transaction measures nothing. */
  startSpan(name: string, type?: string, subtype?: string, options?: StartOptions): PublicSpan;
  /** The first call counts (S35); `endTime` in epoch milliseconds. */
  end(endTime?: number): void;
}

/** A request, job or message. Name and type may be set until it ends: the last ones count (BD-41). */
export interface Transaction extends PublicSpan {
  type: string;
}

/**
 * One class for transactions and spans, whatever their source, so that every access on the hot path sees one shape. Times are milliseconds on the
 * monotonic clock. A span without `root` is inert.
 */
export class Span implements Transaction {
  name: string;
  type: string;
  subtype: string;
  outcome: Outcome = "unknown";
  ended = false;
  /** The transaction this belongs to: itself for a transaction, null for an inert span. */
  readonly root: Span | null;
  /** Transactions only: where the result goes, and the sums until then. */
  sink: TransactionSink | null = null;
  sums: SelfTimes | null = null;
  readonly #parent: Span | null;
  readonly #start: number;
  #children: ChildTime | null = null;
  /** Of a transaction with explicit times in it. */
  #epochOffset: number | null = null;

  /** `parent` is null for a transaction; `inert` makes a span that measures nothing. `startTime` in epoch milliseconds or undefined. */
  constructor(name: string, type: string, subtype: string, parent: Span | null, startTime?: number, inert = false) {
    this.name = name;
    this.type = type;
    this.subtype = subtype;
    this.#parent = parent;
    this.root = inert ? null : parent === null ? this : parent.root;
    if (this.root === null) {
      this.#start = 0;
      return;
    }
    this.#start = startTime === undefined ? monotonicMs() : this.root.#at(startTime);
    if (parent !== null && !parent.ended) {
      parent.#children ??= new ChildTime(parent.#start);
      parent.#children.childStarted(this.#start);
    }
  }

  /** True while it makes sense to measure below this span. */
  get isLive(): boolean {
    return this.root !== null && this.root.sums !== null;
  }

  startSpan(name: string, type?: string, subtype?: string, options?: StartOptions): Span {
    const kind = spanType(type, subtype);
    return this.startChild(name, kind.type, kind.subtype, options?.startTime);
  }

  /** As `startSpan`, for callers who know type and subtype exactly. */
  startChild(name: string, type: string, subtype: string, startTime?: number): Span {
    return new Span(name, type, subtype, this, startTime, this.root === null || this.root.sums === null);
  }

  end(endTime?: number): void {
    if (this.ended) return;
    this.ended = true;
    const root = this.root;
    if (root === null) return;
    const sums = root.sums;
    // The transaction ended before: this span is lost (BD-21), and nobody waits for its time any more.
    if (sums === null && root !== this) return;
    const end = endTime === undefined ? monotonicMs() : root.#at(endTime);
    const durationMs = Math.max(0, end - this.#start);
    const childMs = this.#children === null ? 0 : this.#children.totalMs(end);
    const selfTimeUs = Math.max(0, Math.round((durationMs - childMs) * 1000));
    this.#children = null;
    if (root === this) {
      const sink = this.sink;
      this.sink = null;
      this.sums = null;
      if (sink !== null) sink.transactionEnded(this, sums, selfTimeUs, Math.round(durationMs * 1000));
      return;
    }
    if (sums === NO_SPANS) root.sums = new SelfTimes();
    (root.sums as SelfTimes).add(this.type, this.subtype, selfTimeUs);
    const parent = this.#parent as Span;
    if (!parent.ended) parent.#children?.childEnded(end);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  /** Epoch milliseconds on the monotonic clock; anything but a finite number means now. */
  #at(epochMs: number): number {
    if (!Number.isFinite(epochMs)) return monotonicMs();
    this.#epochOffset ??= epochOffsetMs();
    return epochMs - this.#epochOffset;
  }
}

/** A span that measures nothing and hands out more of its kind. */
export function inertSpan(name: unknown): Span {
  return new Span(asText(name), "", "", null, undefined, true);
}
