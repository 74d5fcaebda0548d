import { isThenable, onSettled } from "../thenable.js";
import { enableContext, liveSpan, runInSpan } from "./context.js";
import { NO_SPANS, type SelfTimes } from "./self-times.js";
import {
  inertSpan,
  type Outcome,
  type PublicSpan,
  Span,
  type StartOptions,
  type Transaction,
  type TransactionSink,
} from "./span.js";
import { asText, spanType } from "./span-type.js";

/** Takes the self times of each ended transaction (BD-41); the breakdown set. */
export interface SelfTimeSink {
  /** `sums` holds the spans' entries without the transaction's own. */
  addTransaction(name: string, type: string, sums: SelfTimes, selfTimeUs: number): void;
}

/** Takes the duration of each ended transaction (BD-60); the transaction set. */
export interface DurationSink {
  addDuration(name: string, type: string, outcome: Outcome, durationUs: number): void;
}

/** What a tracer feeds and asks. Without both sinks it measures nothing and costs nothing. */
export interface TracerOptions {
  breakdown?: SelfTimeSink | undefined;
  transactions?: DurationSink | undefined;
  /** False: transactions started now are not measured (BD-29). Asked at each start, since `recording` is dynamic. */
  isRecording?: () => boolean;
}

const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome>(["success", "failure", "unknown"]);

/** Type of a transaction started without one. */
const DEFAULT_TRANSACTION_TYPE = "custom";

/** Starts transactions and spans, by hand and for the hooks, and passes on what they measured. */
export class Tracer implements TransactionSink {
  /** False when both options are off: nothing is measured, no hook is needed. */
  readonly isActive: boolean;
  readonly #breakdown: SelfTimeSink | undefined;
  readonly #transactions: DurationSink | undefined;
  readonly #isRecording: () => boolean;
  /** Emptied when the first transaction begins. */
  #preparations: (() => void)[] | undefined = [];

  constructor(options: TracerOptions) {
    this.#breakdown = options.breakdown;
    this.#transactions = options.transactions;
    this.#isRecording = options.isRecording ?? (() => true);
    this.isActive = this.#breakdown !== undefined || this.#transactions !== undefined;
    if (this.isActive) enableContext();
  }

  /** Has `prepare` run once, just before the first transaction begins; at once where one has. For what is only needed inside a transaction. */
  beforeFirst(prepare: () => void): void {
    if (this.#preparations === undefined) prepare();
    else this.#preparations.push(prepare);
  }

  /** Starts a transaction that does not become current: its spans are started from it. Never throws; inert when nothing is measured. */
  startTransaction(name: string, type: string = DEFAULT_TRANSACTION_TYPE, options?: StartOptions): Span {
    if (!this.isActive || !this.#isRecording()) return inertSpan(name);
    return this.begin(asText(name), asText(type), options?.startTime);
  }

  /** Starts a child of the current span; inert without one. Does not become current. */
  startSpan(name: string, type?: string, subtype?: string, options?: StartOptions): Span {
    const parent = liveSpan();
    return parent === undefined ? inertSpan(name) : parent.startSpan(name, type, subtype, options);
  }

  /** Runs `fn` in a new transaction that ends when `fn` returns, throws, or the promise it returned settles. */
  withTransaction<R>(name: string, type: string, fn: (transaction: Transaction) => R): R {
    const transaction = this.startTransaction(name, type);
    return runMeasured(transaction, fn);
  }

  /** Runs `fn` in a new child of the current span, as `withTransaction`; a synchronous `fn` stays synchronous. */
  withSpan<R>(name: string, type: string, fn: (span: PublicSpan) => R): R;
  withSpan<R>(name: string, type: string, subtype: string | undefined, fn: (span: PublicSpan) => R): R;
  withSpan<R>(
    name: string,
    type: string,
    subtypeOrFn: string | undefined | ((span: PublicSpan) => R),
    fn?: (span: PublicSpan) => R,
  ): R {
    const body = (typeof subtypeOrFn === "function" ? subtypeOrFn : fn) as (span: PublicSpan) => R;
    const parent = liveSpan();
    if (parent === undefined) return body(inertSpan(name));
    const kind = spanType(type, typeof subtypeOrFn === "function" ? undefined : subtypeOrFn);
    return runMeasured(parent.startChild(name, kind.type, kind.subtype), body);
  }

  /** For hooks: a transaction without any check but recording; undefined when nothing is measured. */
  hookTransaction(type: string, startTime?: number): Span | undefined {
    return this.isActive && this.#isRecording() ? this.begin("", type, startTime) : undefined;
  }

  transactionEnded(transaction: Span, sums: SelfTimes | null, selfTimeUs: number, durationUs: number): void {
    const name = asText(transaction.name);
    const type = asText(transaction.type) || DEFAULT_TRANSACTION_TYPE;
    if (sums !== null) this.#breakdown?.addTransaction(name, type, sums, selfTimeUs);
    const outcome = OUTCOMES.has(transaction.outcome) ? transaction.outcome : "unknown";
    this.#transactions?.addDuration(name, type, outcome, durationUs);
  }

  private begin(name: string, type: string, startTime: number | undefined): Span {
    if (this.#preparations !== undefined) this.prepare(this.#preparations);
    const transaction = new Span(name, type, "", null, startTime);
    transaction.sink = this;
    // Without the breakdown set there are no sums, and so no child is ever tracked (BD-45).
    if (this.#breakdown !== undefined) transaction.sums = NO_SPANS;
    return transaction;
  }

  private prepare(preparations: readonly (() => void)[]): void {
    this.#preparations = undefined;
    for (const prepare of preparations) prepare();
  }
}

/** Runs `fn` with `span` current and ends it on return, throw, or when a returned promise settles. */
function runMeasured<S extends Span, R>(span: S, fn: (span: S) => R): R {
  let result: R;
  try {
    result = runInSpan(span, () => fn(span));
  } catch (error) {
    fail(span);
    throw error;
  }
  if (!isThenable(result)) {
    succeed(span);
    return result;
  }
  return onSettled(
    result,
    (failed) => (failed ? fail(span) : succeed(span)),
    (call) => runInSpan(span, call),
  );
}

function succeed(span: Span): void {
  if (span.outcome === "unknown") span.outcome = "success";
  span.end();
}

function fail(span: Span): void {
  span.outcome = "failure";
  span.end();
}
