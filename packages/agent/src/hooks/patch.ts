/** A function as it stands in a prototype: any receiver, any arguments. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Marks a method that is already measured, so that a second client or copy of the agent does not measure it twice. */
const ORIGINAL: unique symbol = Symbol.for("tidegauge.original") as never;

/** Undoes one patch, if nobody patched on top of it. */
export type Unpatch = () => void;

/**
 * Replaces a method in place by `wrap(original)`, keeping its name, length, own properties and whether it is enumerable. Undefined when there is no such
 * method, or when it is measured already.
 */
export function patchMethod(target: unknown, name: string, wrap: (original: Method) => Method): Unpatch | undefined {
  if (target === null || (typeof target !== "object" && typeof target !== "function")) return undefined;
  const holder = target as Record<string, unknown>;
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  const original = descriptor?.value as (Method & { [ORIGINAL]?: Method }) | undefined;
  if (descriptor === undefined || typeof original !== "function") return undefined;
  if (!descriptor.writable && !descriptor.configurable) return undefined;
  if (original[ORIGINAL] !== undefined) return undefined;
  const wrapped = wrap(original);
  for (const key of Reflect.ownKeys(original)) {
    if (key === "prototype") continue;
    Object.defineProperty(wrapped, key, Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
  }
  Object.defineProperty(wrapped, ORIGINAL, { value: original, configurable: true });
  Object.defineProperty(holder, name, { ...descriptor, value: wrapped });
  return () => {
    if (holder[name] === wrapped) Object.defineProperty(holder, name, descriptor);
  };
}

/** The object in the prototype chain of `prototype` that has the method itself. */
export function ownerOf(prototype: object | undefined, name: string): object | undefined {
  for (let at: object | null = prototype ?? null; at !== null; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, name)) return at;
  return undefined;
}
