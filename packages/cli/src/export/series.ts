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

/** Keys that the server groups by at most, and characters of their text. */
const MAX_KEYS = 20;
const MAX_TEXT = 1024;
/** What the server says of more series than one answer holds. */
const TOO_MUCH: readonly (string | undefined)[] = ["too_many_series", "too_many_points"];

/**
 * Asks for every series of a metric. Where there are more of them than one answer holds (QRY-23), or more keys, the values of one key are asked for one
 * by one, as often as needed.
 */
export class SeriesReader {
  readonly #api: Pick<QueryApi, "query" | "labels">;
  readonly #question: SeriesQuestion;
  #labels: Promise<Record<string, string[]>> | undefined;

  constructor(api: Pick<QueryApi, "query" | "labels">, question: SeriesQuestion) {
    this.#api = api;
    this.#question = question;
  }

  /** The series by these aggregations. */
  read(aggregations: readonly Aggregation[]): AsyncGenerator<AnsweredSeries> {
    return this.#read(aggregations, this.#question.keys, {});
  }

  async *#read(
    aggregations: readonly Aggregation[],
    keys: readonly string[],
    chosen: Chosen,
  ): AsyncGenerator<AnsweredSeries> {
    if (!canGroup(keys)) {
      const separate = keys.filter((key) => !canGroup([key]));
      return yield* this.#readEach(aggregations, separate.length > 0 ? separate : keys, keys, chosen);
    }
    for (const [done, aggregation] of aggregations.entries()) {
      const series = await this.#ask({ ...this.#window(), aggregation, groupBy: keys, filter: filterOf(chosen) });
      if (series === undefined) return yield* this.#readEach(aggregations.slice(done), keys, keys, chosen);
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
  async *#readEach(
    aggregations: readonly Aggregation[],
    candidates: readonly string[],
    keys: readonly string[],
    chosen: Chosen,
  ): AsyncGenerator<AnsweredSeries> {
    // With one value a key tells nothing apart, so taking it out helps only where the keys themselves are too many.
    const least = canGroup(keys) ? 2 : 0;
    let best: { key: string; values: string[] } | undefined;
    for (const key of candidates) {
      const values = await this.#valuesOf(key, chosen);
      if (values === undefined || values.length < least) continue;
      if (best === undefined || values.length < best.values.length) best = { key, values };
    }
    if (best === undefined) {
      throw new UsageError(
        `${this.#question.metric} has more series than can be asked for; export every sample with --raw, or name others with --metric`,
      );
    }
    const { key, values } = best;
    const others = keys.filter((other) => other !== key);
    for (const value of values) yield* this.#read(aggregations, others, { ...chosen, [key]: value });
  }

  /** The values of one key; undefined where they cannot be told apart. */
  async #valuesOf(key: string, chosen: Chosen): Promise<string[] | undefined> {
    if (key.includes(":")) return undefined; // a filter is split there
    if (canGroup([key])) {
      const { fromMs, toMs } = this.#question;
      const step = `${Math.ceil((toMs - fromMs) / 1000)}s`;
      const filter = filterOf(chosen);
      const series = await this.#ask({ ...this.#window(), step, aggregation: "count", groupBy: [key], filter });
      if (series !== undefined) return series.map(({ labels }) => labels[key] ?? "");
    }
    // More than one answer holds: those that were ever stored are listed without an end, but only for labels.
    this.#labels ??= this.#api.labels(this.#question.service, this.#question.metric).then(({ labels }) => labels);
    const stored = await this.#labels;
    return Object.hasOwn(stored, key) ? [...new Set(["", ...(stored[key] ?? [])])] : undefined;
  }

  /** The series of one answer; undefined if it would be too many. */
  async #ask(parameters: QueryParameters): Promise<QuerySeries[] | undefined> {
    try {
      return (await this.#api.query(parameters)).series;
    } catch (error) {
      if (error instanceof Refusal && TOO_MUCH.includes(error.reason)) return undefined;
      throw error;
    }
  }

  #window(): Pick<QueryParameters, "metric" | "service" | "from" | "to" | "step"> {
    const { metric, service, fromMs, toMs, stepMs } = this.#question;
    return { metric, service, from: String(fromMs), to: String(toMs), step: `${stepMs / 1000}s` };
  }
}

/** Whether the server groups by these keys: a comma stands between two, and blanks around one are cut. */
function canGroup(keys: readonly string[]): boolean {
  const isNamed = keys.every((key) => key !== "" && key === key.trim() && !key.includes(","));
  return isNamed && keys.length <= MAX_KEYS && keys.join(",").length <= MAX_TEXT;
}

const filterOf = (chosen: Chosen): string[] => Object.entries(chosen).map(([key, value]) => `${key}:${value}`);
