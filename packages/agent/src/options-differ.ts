import type { ClientOptions } from "./client-options.js";

/** Options that are objects of the application: the same or another one. What is in them is not compared; it may be endless, as a registry whose metrics know it. */
const BY_IDENTITY: ReadonlySet<string> = new Set(["transport", "logger", "prometheusRegistry"]);

/** An option is given that the running client was not given. Never throws. */
export function differs(wanted: ClientOptions, running: ClientOptions): boolean {
  const was = running as Record<string, unknown>;
  try {
    return Object.entries(wanted).some(([key, value]) => value !== undefined && !isSame(key, value, was[key]));
  } catch {
    // A value that JSON does not know, such as a bigint, is none the client can have taken.
    return true;
  }
}

function isSame(key: string, value: unknown, was: unknown): boolean {
  if (value === was) return true;
  if (typeof value !== "object" || value === null) return false;
  if (!BY_IDENTITY.has(key)) return JSON.stringify(value) === JSON.stringify(was);
  // One registry, or a list that may have been written in place.
  const [some, others] = [[value].flat(), [was].flat()];
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
