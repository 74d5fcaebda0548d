import { readFileSync } from "node:fs";

/** Linux gives a random UUID by reading this file; loading `node:crypto` for one takes as long as loading five files of ours. */
const KERNEL = "/proc/sys/kernel/random/uuid";

/** A fresh `service.agent.ephemeral_id`: one per agent instance, that is per process or worker thread. */
export function createEphemeralId(path: string = KERNEL): string {
  try {
    const id = readFileSync(path, "latin1").trim();
    if (/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return id;
  } catch {
    // Another system, or a sandbox without /proc.
  }
  return process.getBuiltinModule("node:crypto").randomUUID();
}
