import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A request that the Python agent sent, and what it was answered. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly answered: number;
  readonly startMs: number;
}

/** A conversation of the Python agent (elastic-apm 6.26.2) with a server that answered as noted. */
export function recorded(name: "python-agent-errors" | "python-agent-config"): RecordedRequest[] {
  const path = resolve("packages/agent/src/transport/recorded", `${name}.ndjson`);
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { method, url, headers, answered, start_ms } = JSON.parse(line);
      const named = (headers as [string, string][]).map(([key, value]) => [key.toLowerCase(), value]);
      return { method, url, headers: Object.fromEntries(named), answered, startMs: start_ms };
    });
}
