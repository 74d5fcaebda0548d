import { Branch, LabelSet, type LabelShape, labelText } from "./label-set.js";
import type { Labels } from "./labels.js";

/** A known order of label keys: where a caller's object leads, and how its positions map to the shape's. */
export interface KeyOrder {
  readonly shape: LabelShape;
  /** Position in the caller's order of each of the shape's keys; undefined when both orders are the same. */
  readonly permutation: readonly number[] | undefined;
}

/** One step of a known order: the next key, kept in the node itself while there is only one, which is nearly always. */
class OrderNode {
  order: KeyOrder | undefined = undefined;
  private key: string | undefined = undefined;
  private child: OrderNode | undefined = undefined;
  private others: Map<string, OrderNode> | undefined = undefined;

  get(key: string): OrderNode | undefined {
    return this.key === key ? this.child : this.others?.get(key);
  }

  set(key: string, child: OrderNode): void {
    if (this.key === undefined) {
      this.key = key;
      this.child = child;
    } else {
      this.others ??= new Map();
      this.others.set(key, child);
    }
  }
}

/** Orders remembered before the memory of them is dropped and learned anew: callers use a handful. */
const MAX_ORDERS = 256;

/** The label set of instruments made by hand. */
export const NO_LABELS: LabelSet = new LabelSet({ keys: [], root: new Branch(undefined, "") }, undefined, "");

/**
 * Finds the label set of an object of labels by its values alone: a walk through nested maps, no key string and no hash of one, so two different label sets can
 * never meet (registry §1.10) and a lookup allocates nothing. Labels are copied; order does not matter (REG-24).
 */
export class LabelIndex {
  /** The label set without labels. */
  readonly bare: LabelSet;
  private readonly shapes = new Map<number, LabelShape[]>();
  private orders = new OrderNode();
  private orderCount = 0;
  /** Values of the lookup in progress; one array for all, since a lookup never yields. */
  private readonly values: string[] = [];
  private readonly keys: string[] = [];

  constructor() {
    this.bare = new LabelSet({ keys: [], root: new Branch(undefined, "") }, undefined, "");
  }

  /** The label set of `labels` if it exists. */
  find(labels: Labels): LabelSet | undefined {
    let node: OrderNode | undefined = this.orders;
    let count = 0;
    // The first three values stay out of the array: a write into an old object costs more than the rest of the step.
    let first = "";
    let second = "";
    let third = "";
    for (const key in labels) {
      const raw = labels[key];
      const value = typeof raw === "string" ? raw : labelText(raw);
      if (value === undefined) continue;
      node = node.get(key);
      if (node === undefined) return this.findInNewOrder(labels);
      if (count === 0) first = value;
      else if (count === 1) second = value;
      else if (count === 2) third = value;
      else this.values[count] = value;
      count++;
    }
    if (count === 0) return this.bare;
    if (node.order === undefined) return this.findInNewOrder(labels);
    if (count <= 3) return walkUpToThree(node.order, count, first, second, third);
    this.values[0] = first;
    this.values[1] = second;
    this.values[2] = third;
    return walk(node.order, this.values, count);
  }

  /** The label set of `labels`, made where it is missing. Only for labels that get a series: nothing is kept for refused ones (REG-40). */
  ensure(labels: Labels): LabelSet {
    const count = this.read(labels);
    if (count === 0) return this.bare;
    const keys = this.keys.slice(0, count);
    let shape = this.shapeOf(keys);
    if (shape === undefined) {
      shape = { keys, root: new Branch<unknown>(undefined, "") };
      const same = this.shapes.get(count);
      if (same === undefined) this.shapes.set(count, [shape]);
      else same.push(shape);
    }
    const order = this.remember(keys, shape);
    let branch = shape.root;
    for (let index = 0; index < count - 1; index++) {
      const value = this.values[order.permutation?.[index] ?? index] as string;
      let next = branch.get(value) as Branch<unknown> | undefined;
      if (next === undefined) {
        next = new Branch<unknown>(branch as Branch<Branch<unknown>>, value);
        branch.set(value, next);
      }
      branch = next;
    }
    const last = this.values[order.permutation?.[count - 1] ?? count - 1] as string;
    let found = branch.get(last) as LabelSet | undefined;
    if (found === undefined) {
      found = new LabelSet(shape, branch as Branch<LabelSet>, last);
      branch.set(last, found);
    }
    return found;
  }

  /** Forgets a label set that has no series left, with everything that only led to it. */
  remove(labels: LabelSet): void {
    if (labels.parent === undefined) return;
    let branch = labels.parent as unknown as Branch<unknown>;
    let key = labels.value;
    for (;;) {
      branch.delete(key);
      const parent = branch.parent as unknown as Branch<unknown> | undefined;
      if (!branch.isEmpty || parent === undefined) break;
      key = branch.value;
      branch = parent;
    }
    if (!labels.shape.root.isEmpty) return;
    const same = this.shapes.get(labels.keys.length) as LabelShape[];
    same.splice(same.indexOf(labels.shape), 1);
    this.forgetOrders();
  }

  /** Where objects with these keys lead now; undefined when no label set has them. Stays usable, and finds nothing, when the last of them goes. */
  orderOf(keys: readonly string[]): KeyOrder | undefined {
    const shape = this.shapeOf(keys);
    return shape === undefined ? undefined : this.remember(keys, shape);
  }

  private forgetOrders(): void {
    this.orders = new OrderNode();
    this.orderCount = 0;
  }

  /** Reads keys and values of a caller's object into the scratch arrays, as {@link find} does, inherited ones too; returns how many labels there are. */
  private read(labels: Labels): number {
    let count = 0;
    for (const key in labels) {
      const value = labelText(labels[key]);
      if (value === undefined) continue;
      this.keys[count] = key;
      this.values[count++] = value;
    }
    return count;
  }

  private findInNewOrder(labels: Labels): LabelSet | undefined {
    const count = this.read(labels);
    const keys = this.keys.slice(0, count);
    const shape = this.shapeOf(keys);
    return shape === undefined ? undefined : walk(this.remember(keys, shape), this.values, count);
  }

  private shapeOf(keys: readonly string[]): LabelShape | undefined {
    return this.shapes.get(keys.length)?.find((shape) => shape.keys.every((key) => keys.includes(key)));
  }

  private remember(keys: readonly string[], shape: LabelShape): KeyOrder {
    if (this.orderCount >= MAX_ORDERS) this.forgetOrders();
    let node = this.orders;
    for (const key of keys) {
      let next = node.get(key);
      if (next === undefined) {
        next = new OrderNode();
        node.set(key, next);
      }
      node = next;
    }
    if (node.order === undefined) {
      const same = keys.every((key, index) => key === shape.keys[index]);
      node.order = { shape, permutation: same ? undefined : shape.keys.map((key) => keys.indexOf(key)) };
      this.orderCount++;
    }
    return node.order;
  }
}

/** As {@link walk} for one to three values, without an array. */
export function walkUpToThree(
  { shape, permutation }: KeyOrder,
  count: number,
  first: string,
  second: string,
  third: string,
): LabelSet | undefined {
  if (permutation !== undefined) {
    const given = [first, second, third];
    return walk({ shape, permutation }, given, count);
  }
  let at: unknown = shape.root.get(first);
  if (count > 1 && at !== undefined) at = (at as Branch<unknown>).get(second);
  if (count > 2 && at !== undefined) at = (at as Branch<unknown>).get(third);
  return at as LabelSet | undefined;
}

/** The label set of `count` values given in this order of keys. */
function walk(order: KeyOrder, values: readonly string[], count: number): LabelSet | undefined {
  const permutation = order.permutation;
  let at: unknown = order.shape.root;
  for (let index = 0; index < count; index++) {
    const value = values[permutation === undefined ? index : (permutation[index] as number)] as string;
    at = (at as Branch<unknown>).get(value);
    if (at === undefined) return undefined;
  }
  return at as LabelSet;
}
