import type { Labels } from "../instruments/labels.js";
import { OTHER } from "../tracing/self-times.js";

/** Label sets past the limit that keep their labels but for the transaction's name; what comes later loses those too (BD-48). */
const MAX_OTHER_GROUPS = 100;

/** Chooses the label set that takes the writes of a refused one, for sets with `transaction.name` among their labels (BD-48). */
export class OverflowGroups {
  readonly #lastResort: Labels;
  readonly #groups = new Map<string, Labels>();

  /** `lost` are the labels that go as well once there are too many groups. */
  constructor(lost: readonly string[]) {
    this.#lastResort = Object.fromEntries(lost.map((key) => [key, OTHER]));
  }

  /** `labels` with `_other` as the transaction's name, or with the last resort. */
  labelsFor(labels: Labels): Labels {
    const group: Labels = { ...labels, "transaction.name": OTHER };
    const text = JSON.stringify(group);
    const known = this.#groups.get(text);
    if (known !== undefined) return known;
    if (this.#groups.size >= MAX_OTHER_GROUPS) return { ...labels, ...this.#lastResort };
    this.#groups.set(text, group);
    return group;
  }
}
