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
