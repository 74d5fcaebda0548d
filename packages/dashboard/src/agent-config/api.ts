import { getJson, request } from "../api/client.js";

/** What the server tells the agents of a service and environment; both absent: every agent. */
export interface ConfigEntry {
  service: { name?: string; environment?: string };
  /** Option name → value as text. */
  settings: Record<string, string>;
}

/** All entries, and the version of them that a change has to name. */
export interface ConfigDocument {
  entries: ConfigEntry[];
  etag: string;
}

/** A process that reports or polls its configuration. Times are ISO 8601, null until the first. */
export interface AgentProcess {
  service: string;
  environment: string | null;
  node: string | null;
  host: string | null;
  pid: number | null;
  ephemeralId: string | null;
  agent: { name: string; version: string } | null;
  address: string | null;
  lastReport: string | null;
  lastPoll: string | null;
  /** Null until it polled. */
  upToDate: boolean | null;
}

/** Reads the configuration. Errors: `ApiError`. */
export async function readConfig(signal?: AbortSignal): Promise<ConfigDocument> {
  return toDocument(await request("api/v1/agent-config", signal === undefined ? {} : { signal }));
}

/** Replaces the configuration that was read as `etag`. Errors: `ApiError`, 412 if somebody else changed it meanwhile. */
export async function writeConfig(entries: readonly ConfigEntry[], etag: string): Promise<ConfigDocument> {
  const headers = { "content-type": "application/json", "if-match": etag };
  // Without their own etags: the server names each version of the settings, and agents fetch what has a new name.
  const body = JSON.stringify({ entries: entries.map(({ service, settings }) => ({ service, settings })) });
  return toDocument(await request("api/v1/agent-config", { method: "PUT", headers, body }));
}

/** Reads who runs what. Errors: `ApiError`. */
export async function readAgents(signal?: AbortSignal): Promise<AgentProcess[]> {
  return (await getJson<{ agents: AgentProcess[] }>("api/v1/agents", {}, signal)).agents;
}

async function toDocument(response: Response): Promise<ConfigDocument> {
  const { entries } = (await response.json()) as { entries: ConfigEntry[] };
  return { entries, etag: response.headers.get("etag") ?? "*" };
}
