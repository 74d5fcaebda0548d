import { types } from "node:util";

type Settle = (value: unknown) => unknown;
type Then = (this: unknown, resolved?: Settle, rejected?: Settle) => unknown;

/** What has a `then`: a promise, or an object of the application's own, such as a query builder. */
export interface Thenable {
  then(this: unknown, resolved?: Settle, rejected?: Settle): unknown;
}

/** Tells what has a `then`. Never throws, whatever the object does when it is asked. */
export function isThenable(value: unknown): value is Thenable {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

/** What a `then` of ours stands for, until it can be taken away. */
interface Replaced {
  readonly prior: Then;
  readonly wasOwn: boolean;
  isOver: boolean;
}

const replaced = new WeakMap<Then, Replaced>();

/**
 * Calls `over` once, when `thenable` settles, and tells whether it failed (API-22, TR-4). Gives back what the caller is to go on with: a new promise for a native
 * one; any other thenable as it is, since it may have methods, and may only start its work when it is awaited. Its `then` runs inside `run` and tells; one that
 * takes no new property is over here and now.
 */
export function onSettled<T extends Thenable>(
  thenable: T,
  over: (failed: boolean) => void,
  run: (call: () => unknown) => unknown = (call) => call(),
): T {
  // One of another realm as well: a replaced `then` is not asked where such a promise is awaited at home.
  if (thenable instanceof Promise || types.isPromise(thenable)) {
    return (thenable as Promise<unknown>).then(
      (value) => {
        over(false);
        return value;
      },
      (error) => {
        over(true);
        throw error;
      },
    ) as unknown as T;
  }
  const prior: Then = thenable.then;
  const state: Replaced = { prior, wasOwn: Object.hasOwn(thenable, "then"), isOver: false };
  const end = (failed: boolean): void => {
    if (state.isOver) return;
    state.isOver = true;
    over(failed);
    restore(thenable);
  };
  function measured(this: unknown, resolved?: Settle, rejected?: Settle): unknown {
    return run(() =>
      prior.call(
        this,
        (value) => {
          end(false);
          return typeof resolved === "function" ? resolved(value) : value;
        },
        (error) => {
          end(true);
          if (typeof rejected === "function") return rejected(error);
          throw error;
        },
      ),
    );
  }
  replaced.set(measured, state);
  if (!setThen(thenable, measured)) over(false);
  return thenable;
}

/** Takes every `then` of ours away that has told: an object that is measured again and again would carry a longer and longer chain of them. Never throws. */
function restore(thenable: Thenable): void {
  try {
    let top: Then | undefined;
    while (thenable.then !== top) {
      top = thenable.then;
      const state = replaced.get(top);
      if (state?.isOver !== true) return;
      if (state.wasOwn) setThen(thenable, state.prior);
      else Reflect.deleteProperty(thenable, "then");
    }
  } catch {
    // A proxy that does not let go of it.
  }
}

function setThen(thenable: Thenable, then: Then): boolean {
  try {
    return Reflect.set(thenable, "then", then);
  } catch {
    return false;
  }
}
