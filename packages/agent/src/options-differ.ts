import type { ClientOptions } from "./client-options.js";

/** An option is given that the running client was not given. */
export function differs(wanted: ClientOptions, running: ClientOptions): boolean {
  const was = running as Record<string, unknown>;
  return Object.entries(wanted).some(([key, value]) => {
    if (value === was[key] || value === undefined) return false;
    if (typeof value !== "object" || value === null || key === "transport" || key === "logger") return true;
    return JSON.stringify(value) !== JSON.stringify(was[key]);
  });
}
