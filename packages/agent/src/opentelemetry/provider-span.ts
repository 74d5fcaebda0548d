import type { Span } from "../tracing/span.js";
import {
  epochMs,
  type OtelAttributes,
  type OtelSpanContext,
  type OtelTime,
  SpanKind,
  StatusCode,
} from "./otel-types.js";
import { endMeasured, type SpanFacts, transactionName } from "./span-mapping.js";

/** Random bytes in hexadecimal; `node:crypto` is loaded when somebody asks for an id, which few programs do. */
function randomId(bytes: number): string {
  return process.getBuiltinModule("node:crypto").randomBytes(bytes).toString("hex");
}

/** The id of a trace, which its spans share without holding each other. */
export class TraceId {
  #text: string | undefined;

  /** `text`: where it is known, 32 hexadecimal digits. */
  constructor(text?: string) {
    this.#text = text;
  }

  /** Made when somebody asks for it. */
  get text(): string {
    this.#text ??= randomId(16);
    return this.#text;
  }
}

/** What a {@link MetricsSpan} measures and where it hangs. */
export interface MetricsSpanParts {
  name: string;
  kind: number;
  /** Measures the span and ends with it; undefined when it measures nothing itself. */
  own: Span | undefined;
  /** Parent of what is started below it. */
  within: Span | undefined;
  facts: SpanFacts;
  trace: TraceId;
  /** A transaction of our own hooks that waits for a name, and that this span knows the route of. */
  unnamed?: Span | undefined;
}

/** A span of the API that only measures: it keeps a handful of attributes, no events, no links, and is never exported (TR-2). */
export class MetricsSpan {
  readonly within: Span | undefined;
  readonly trace: TraceId;
  #name: string;
  #status: number = StatusCode.UNSET;
  #isEnded = false;
  #ids: OtelSpanContext | undefined = undefined;
  readonly #kind: number;
  readonly #own: Span | undefined;
  readonly #facts: SpanFacts;
  readonly #unnamed: Span | undefined;

  constructor({ name, kind, own, within, facts, trace, unnamed }: MetricsSpanParts) {
    this.#name = name;
    this.#kind = kind;
    this.#own = own;
    this.within = within;
    this.trace = trace;
    this.#facts = facts;
    this.#unnamed = unnamed;
  }

  /** Ids are made when somebody asks for them; never sampled. */
  spanContext(): OtelSpanContext {
    this.#ids ??= {
      traceId: this.trace.text,
      spanId: randomId(8),
      traceFlags: 0,
    };
    return this.#ids;
  }

  setAttribute(key: string, value: unknown): this {
    this.#facts.set(key, value);
    return this;
  }

  setAttributes(attributes: OtelAttributes): this {
    this.#facts.setAll(attributes);
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(status: { code: number }): this {
    this.#status = status.code;
    return this;
  }

  updateName(name: string): this {
    this.#name = name;
    return this;
  }

  /** True until it ends, so that instrumentations set their late attributes (TR-26). */
  isRecording(): boolean {
    return !this.#isEnded;
  }

  recordException(): void {}

  end(endTime?: OtelTime): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#own !== undefined) {
      endMeasured(this.#own, this.#name, this.#kind, this.#facts, this.#status, epochMs(endTime));
    }
    if (this.#unnamed?.name === "") this.#unnamed.name = transactionName(this.#name, SpanKind.SERVER, this.#facts);
  }
}
