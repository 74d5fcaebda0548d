import type { Aggregation, Point, QuerySeries } from "@tidegauge/protocol/query";
import { type QueryApi, type QueryParameters, Refusal } from "../api/query-api.js";
import { UsageError } from "../failure.js";

/** Of what series are wanted; times in epoch milliseconds, the step in milliseconds. */
export interface SeriesQuestion {
  readonly metric: string;
  readonly service: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** Label keys and dimensions that tell the series apart. */
  readonly keys: readonly string[];
}

/** One series of an answer. */
export interface AnsweredSeries {
  readonly aggregation: Aggregation;
  /** A value for each key of the question, in its order; `""` where the series has none. */
  readonly labels: Record<string, string>;
  readonly points: readonly Point[];
}

/** Values of keys that a question is narrowed to. */
type Chosen = Readonly<Record<string, string>>;

/** A part of the question. */
interface Part {
  /** Keys that still tell its series apart. */
  readonly keys: readonly string[];
  readonly chosen: Chosen;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is asked of the server. */
type Api = Pick<QueryApi, "query" | "labels" | "services">;

/** The one dimension whose values are listed without an end. */
export const NODE = "service.node.name";

/** Keys that the server groups by at most, and characters of their text. */
const MAX_KEYS = 20;
const MAX_TEXT = 1024;
/** What the server says of more series than one answer holds. */
const TOO_MUCH: readonly (string | undefined)[] = ["too_many_series", "too_many_points"];

/**
 * Asks for every series of a metric. Where there are more of them than one answer holds (QRY-23), or more keys, the values of one key are asked for one
 * by one. Where none has fewer values than that, the time is asked for half by half, or each node by itself where one step has too many. A series may thus
 * come in several parts, each with points of other steps, and one that has no sample with points that are all null.
 */
export class SeriesReader {
  readonly #api: Api;
  readonly #question: SeriesQuestion;
  #labels: Promise<Record<string, string[]>> | undefined;
  #nodes: Promise<string[]> | undefined;

  constructor(api: Api, question: SeriesQuestion) {
    this.#api = api;
    this.#question = question;
  }

  /** The series by these aggregations. Throws a `UsageError` where one node has more of them in one step than can be told apart. */
  read(aggregations: readonly Aggregation[]): AsyncGenerator<AnsweredSeries> {
    const { keys, fromMs, toMs } = this.#question;
    return this.#read(aggregations, { keys, chosen: {}, fromMs, toMs });
  }

  async *#read(aggregations: readonly Aggregation[], part: Part): AsyncGenerator<AnsweredSeries> {
    const { keys, chosen } = part;
    if (!canGroup(keys)) {
      const separate = keys.filter((key) => !canGroup([key]));
      return yield* this.#readByKey(aggregations, separate.length > 0 ? separate : keys, part);
    }
    for (const [done, aggregation] of aggregations.entries()) {
      const series = await this.#ask(part, { aggregation, groupBy: keys });
      if (series === undefined) return yield* this.#readByKey(aggregations.slice(done), keys, part);
      for (const { labels, points } of series) {
        const all: Chosen = { ...chosen, ...labels };
        yield {
          aggregation,
          labels: Object.fromEntries(this.#question.keys.map((key) => [key, all[key] ?? ""])),
          points,
        };
      }
    }
  }

  /** Goes on for each value of that one of `candidates` with the fewest. */
  async *#readByKey(
    aggregations: readonly Aggregation[],
    candidates: readonly string[],
    part: Part,
  ): AsyncGenerator<AnsweredSeries> {
    // With one value a key tells nothing apart, so taking it out helps only where the keys themselves are too many.
    const least = canGroup(part.keys) ? 2 : 0;
    let best: { key: string; values: string[] } | undefined;
    for (const key of candidates) {
      const values = await this.#valuesOf(key, part);
      if (values === undefined || values.length < least) continue;
      if (best === undefined || values.length < best.values.length) best = { key, values };
    }
    if (best !== undefined) return yield* this.#readEach(aggregations, best.key, best.values, part);
    yield* this.#readByTime(aggregations, part);
  }

  async *#readEach(
    aggregations: readonly Aggregation[],
    key: string,
    values: readonly string[],
    { chosen, ...part }: Part,
  ): AsyncGenerator<AnsweredSeries> {
    const keys = part.keys.filter((other) => other !== key);
    for (const value of values) yield* this.#read(aggregations, { ...part, keys, chosen: { ...chosen, [key]: value } });
  }

  /**
   * Goes on for each half of the time, for nodes that come and go: a container each. Where already the fullest step has too many, each node is asked for
   * at once, not step after step.
   */
  async *#readByTime(aggregations: readonly Aggregation[], part: Part): AsyncGenerator<AnsweredSeries> {
    const { stepMs, metric } = this.#question;
    const { keys, fromMs, toMs } = part;
    const hasNodes = keys.includes(NODE);
    const first = Math.floor(fromMs / stepMs);
    const steps = Math.ceil(toMs / stepMs) - first;
    if (canGroup(keys) && steps > 1 && (await this.#fitsFullest(part, hasNodes ? [NODE] : keys))) {
      const middleMs = (first + Math.ceil(steps / 2)) * stepMs;
      yield* this.#read(aggregations, { ...part, toMs: middleMs });
      return yield* this.#read(aggregations, { ...part, fromMs: middleMs });
    }
    if (!hasNodes) {
      throw new UsageError(
        `${metric} has more series than can be asked for; export every sample with --raw, or name others with --metric`,
      );
    }
    yield* this.#readEach(aggregations, NODE, await this.#nodesEver(), part);
  }

  /** Whether an answer holds the series, told apart by `keys`, of the step with most samples. */
  async #fitsFullest(part: Part, keys: readonly string[]): Promise<boolean> {
    const [{ points = [] } = {}] = (await this.#ask(part, { aggregation: "count" })) ?? [];
    const most = Math.max(...points.map(([, samples]) => samples ?? 0));
    const [beginMs = part.fromMs] = points.find(([, samples]) => samples === most) ?? [];
    const fromMs = Math.max(beginMs, part.fromMs);
    const toMs = Math.min(beginMs + this.#question.stepMs, part.toMs);
    return (await this.#ask({ ...part, fromMs, toMs }, { aggregation: "count", groupBy: keys })) !== undefined;
  }

  /** The values of one key; undefined where they cannot be told apart. */
  async #valuesOf(key: string, part: Part): Promise<string[] | undefined> {
    if (key.includes(":")) return undefined; // a filter is split there
    if (canGroup([key])) {
      const step = `${Math.ceil((part.toMs - part.fromMs) / 1000)}s`;
      const series = await this.#ask(part, { step, aggregation: "count", groupBy: [key] });
      if (series !== undefined) return series.map(({ labels }) => labels[key] ?? "");
    }
    // More than one answer holds: those that were ever stored are listed without an end, but only for labels.
    this.#labels ??= this.#api.labels(this.#question.service, this.#question.metric).then(({ labels }) => labels);
    const stored = await this.#labels;
    return Object.hasOwn(stored, key) ? [...new Set(["", ...(stored[key] ?? [])])] : undefined;
  }

  /** Every node of the service that the store knows, and none. */
  #nodesEver(): Promise<string[]> {
    this.#nodes ??= this.#api.services().then(({ services }) => {
      const service = services.find(({ name }) => name === this.#question.service);
      return [...new Set(["", ...(service?.nodes ?? [])])];
    });
    return this.#nodes;
  }

  /** The series of one answer; undefined if it would be too many. */
  async #ask(
    { chosen, fromMs, toMs }: Part,
    how: Pick<QueryParameters, "aggregation" | "groupBy"> & { readonly step?: string },
  ): Promise<QuerySeries[] | undefined> {
    const { metric, service, stepMs } = this.#question;
    const filter = Object.entries(chosen).map(([key, value]) => `${key}:${value}`);
    const [from, to] = [String(fromMs), String(toMs)];
    try {
      return (await this.#api.query({ metric, service, from, to, step: `${stepMs / 1000}s`, filter, ...how })).series;
    } catch (error) {
      if (error instanceof Refusal && TOO_MUCH.includes(error.reason)) return undefined;
      throw error;
    }
  }
}

/** Whether the server groups by these keys: a comma stands between two, and blanks around one are cut. */
function canGroup(keys: readonly string[]): boolean {
  const isNamed = keys.every((key) => key !== "" && key === key.trim() && !key.includes(","));
  return isNamed && keys.length <= MAX_KEYS && keys.join(",").length <= MAX_TEXT;
}
