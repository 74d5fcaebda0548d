import { METRICSET_END, tagsText, truncate } from "@tidegauge/protocol/encode";
import type { MetricName } from "./metric.js";
import type { Series } from "./series.js";

/** From so many series on, a label set finds them by a map. */
const CROWD = 8;

/**
 * One level of a trie, keyed by string. Most levels have one entry, which then costs no Map: at 100,000 series that is half of the index' memory.
 */
export class Branch<T> {
  /** The level above, and the key under which this one hangs there; undefined at the root. */
  readonly parent: Branch<Branch<T>> | undefined;
  readonly value: string;
  private key: string | undefined = undefined;
  private child: T | undefined = undefined;
  private children: Map<string, T> | undefined = undefined;

  constructor(parent: Branch<Branch<T>> | undefined, value: string) {
    this.parent = parent;
    this.value = value;
  }

  get(key: string): T | undefined {
    if (this.children !== undefined) return this.children.get(key);
    return this.key === key ? this.child : undefined;
  }

  set(key: string, child: T): void {
    if (this.children === undefined) {
      if (this.key === undefined || this.key === key) {
        this.key = key;
        this.child = child;
        return;
      }
      this.children = new Map([[this.key, this.child as T]]);
      this.key = undefined;
      this.child = undefined;
    }
    this.children.set(key, child);
  }

  delete(key: string): void {
    if (this.children !== undefined) this.children.delete(key);
    else if (this.key === key) {
      this.key = undefined;
      this.child = undefined;
    }
  }

  get isEmpty(): boolean {
    return this.children === undefined ? this.key === undefined : this.children.size === 0;
  }
}

/** The label keys that some label sets share, in the order in which they were first seen. */
export interface LabelShape {
  readonly keys: readonly string[];
  /** Values of `keys[0]`, below them those of `keys[1]`, and so on to the label sets. */
  readonly root: Branch<unknown>;
}

/**
 * One label set of one metric set: the group of series that is sent as one metricset. It keeps no list of its values; they are the way from its place in the
 * index to the root.
 */
export class LabelSet {
  readonly shape: LabelShape;
  readonly parent: Branch<LabelSet> | undefined;
  /** Value of the shape's last key. */
  readonly value: string;
  /** Head of the list of series that carry these labels, chained by `Series.next`. */
  first: Series | undefined = undefined;
  /** The collection in which this group was last written. */
  round = 0;
  private text: string | undefined = undefined;
  private crowd: Map<MetricName, Series> | undefined = undefined;

  constructor(shape: LabelShape, parent: Branch<LabelSet> | undefined, value: string) {
    this.shape = shape;
    this.parent = parent;
    this.value = value;
  }

  get keys(): readonly string[] {
    return this.shape.keys;
  }

  /** The values in the order of {@link keys}, whole. */
  values(): string[] {
    const values = new Array<string>(this.shape.keys.length);
    if (values.length === 0) return values;
    values[values.length - 1] = this.value;
    let branch = this.parent as unknown as Branch<unknown>;
    for (let index = values.length - 2; index >= 0; index--) {
      values[index] = branch.value;
      branch = branch.parent as unknown as Branch<unknown>;
    }
    return values;
  }

  get isBare(): boolean {
    return this.shape.keys.length === 0;
  }

  /** JSON text of the labels with the end of the line, made once (REG-28, REG-46). */
  get closing(): string {
    if (this.text === undefined) this.text = closingText(tagsText(this.shape.keys, this.values()));
    return this.text;
  }

  /** The labels as a new object without a prototype, so that `__proto__` is a label like any other (REG-46); undefined without labels. */
  toTags(): Record<string, string> | undefined {
    if (this.shape.keys.length === 0) return undefined;
    const tags: Record<string, string> = Object.create(null);
    const values = this.values();
    this.shape.keys.forEach((key, index) => {
      tags[key] = truncate(values[index] as string);
    });
    return tags;
  }

  /** The series of a name under these labels. */
  find(of: MetricName): Series | undefined {
    if (this.crowd !== undefined) return this.crowd.get(of);
    let at = this.first;
    let steps = 0;
    while (at !== undefined && at.metric.of !== of) {
      at = at.next;
      steps++;
    }
    if (steps >= CROWD) {
      this.crowd = new Map();
      for (let series = this.first; series !== undefined; series = series.next)
        this.crowd.set(series.metric.of, series);
    }
    return at;
  }

  /** Takes a series into the group. */
  add(series: Series): void {
    series.next = this.first;
    this.first = series;
    this.crowd?.set(series.metric.of, series);
  }

  /** Takes a series out of the group; true when it was the last. */
  remove(series: Series): boolean {
    if (this.first === series) this.first = series.next;
    else {
      let at = this.first;
      while (at !== undefined && at.next !== series) at = at.next;
      if (at !== undefined) at.next = series.next;
    }
    series.next = undefined;
    this.crowd?.delete(series.metric.of);
    return this.first === undefined;
  }
}

/** Joined, since an added-up text keeps its pieces. */
function closingText(tags: string): string {
  return tags === "" ? METRICSET_END : [tags, METRICSET_END].join("");
}

/** The string a label value stands for, or undefined where the label is left out. `1` and `"1"` are the same label (REG-25). */
export function labelText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return undefined;
  }
}
