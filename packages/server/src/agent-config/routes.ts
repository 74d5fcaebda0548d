import type { ServerMetrics } from "../health/metrics.js";
import { sendApm, sendEmpty, sendError, sendJson } from "../http/answer.js";
import { clientAddress } from "../http/client-address.js";
import { namesTag } from "../http/entity-tag.js";
import { parseJson, readBody, readJson } from "../http/read-body.js";
import type { Exchange, Route } from "../http/route.js";
import type { AgentProcess, Agents } from "./agents.js";
import type { ConfigFile } from "./config-file.js";
import { checkedEntries, hashAll, select } from "./entries.js";

/** What the routes of the agents' configuration work on. */
export interface AgentConfigOptions {
  readonly file: ConfigFile;
  readonly agents: Agents;
  readonly metrics: ServerMetrics;
  /** Seconds an agent keeps an answer before it polls again (SRV-71). */
  readonly maxAgeS: number;
}

const MAX_QUERY_BYTES = 64 * 1024;
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/**
 * `/config/v1/agents`, which agents poll (§8.9), and what people and the page use: `/api/v1/agent-config` to read and replace the configurations,
 * `/api/v1/agents` to see which process runs which of them.
 */
export function createAgentConfigRoutes(options: AgentConfigOptions): Route[] {
  return [
    { path: "/config/v1/agents", methods: "*", auth: "required", handle: (exchange) => poll(exchange, options) },
    {
      path: "/api/v1/agent-config",
      methods: ["GET", "PUT"],
      auth: "required",
      handle: (exchange) => (exchange.request.method === "PUT" ? put(exchange, options) : get(exchange, options)),
    },
    { path: "/api/v1/agents", methods: ["GET"], auth: "required", handle: (exchange) => agents(exchange, options) },
  ];
}

async function poll(exchange: Exchange, { file, agents, metrics, maxAgeS }: AgentConfigOptions): Promise<void> {
  const { request } = exchange;
  const fail = (status: number, message: string): void => {
    metrics.configPoll(status);
    sendApm(exchange, status, message, { "Cache-Control": "max-age=300, must-revalidate" });
  };
  if (request.method !== "GET" && request.method !== "POST")
    return fail(405, `method not supported: ${request.method}`);
  const who = request.method === "POST" ? asked(await readJson(exchange, MAX_QUERY_BYTES)) : askedByQuery(exchange.url);
  if (who === undefined) return fail(400, "service.name is required");
  const { settings, etag } = select(file.entries, who.service, who.environment);
  // As APM Server compares: a weak tag never matches (SRV-72), so agents behind a proxy that compresses get 200.
  const known = (request.headers["if-none-match"] ?? exchange.url.searchParams.get("ifnonematch") ?? "").replaceAll(
    '"',
    "",
  );
  agents.poll(request, who, clientAddress(request), etag, exchange.receivedAtMs);
  const headers = {
    "Cache-Control": `max-age=${maxAgeS}, must-revalidate`,
    Etag: `"${etag}"`,
    "Access-Control-Expose-Headers": "Etag",
  };
  const status = known === etag ? 304 : 200;
  metrics.configPoll(status);
  if (status === 304) sendEmpty(exchange, 304, headers);
  else sendApm(exchange, 200, settings, headers);
}

interface Asked {
  readonly service: string;
  readonly environment: string | undefined;
}

function askedByQuery(url: URL): Asked | undefined {
  const service = url.searchParams.get("service.name");
  if (service === null || service === "") return undefined;
  return {
    service: service.slice(0, 1024),
    environment: url.searchParams.get("service.environment")?.slice(0, 1024) || undefined,
  };
}

function asked(document: unknown): Asked | undefined {
  const service = (document as { service?: { name?: unknown; environment?: unknown } } | null | undefined)?.service;
  if (typeof service?.name !== "string" || service.name === "") return undefined;
  const { environment } = service;
  return {
    service: service.name.slice(0, 1024),
    environment: typeof environment === "string" && environment !== "" ? environment.slice(0, 1024) : undefined,
  };
}

function get(exchange: Exchange, { file }: AgentConfigOptions): void {
  sendJson(exchange, 200, { entries: file.entries }, { ETag: tagOf(file.entries), "Cache-Control": "no-store" });
}

function tagOf(entries: ConfigFile["entries"]): string {
  return `"${hashAll(entries)}"`;
}

async function put(exchange: Exchange, options: AgentConfigOptions): Promise<void> {
  const { file } = options;
  const { headers } = exchange.request;
  if (headers["content-type"]?.startsWith("application/json") !== true) {
    sendError(exchange, 415, "unsupported_media_type", "send the entries as application/json");
    return;
  }
  const body = await readBody(exchange, MAX_DOCUMENT_BYTES);
  if (body === "too large") {
    sendError(exchange, 413, "too_large", "the configuration is larger than 4 MiB");
    return;
  }
  const document = body === "incomplete" ? undefined : parseJson(body);
  if (document === undefined) {
    const what = body === "incomplete" ? "the body did not arrive whole" : "the body is no JSON";
    sendError(exchange, 400, "invalid_agent_config", what);
    return;
  }
  const list = Array.isArray(document) ? document : (document as { entries?: unknown } | undefined)?.entries;
  const entries = checkedEntries(list);
  if (typeof entries === "string") {
    sendError(exchange, 400, "invalid_agent_config", entries);
    return;
  }
  const expected = headers["if-match"];
  let saved: boolean;
  try {
    saved = await file.save(entries, (current) => expected === undefined || namesTag(expected, tagOf(current)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    sendError(exchange, 500, "not_saved", `the agent configuration file cannot be written: ${code}`);
    return;
  }
  if (!saved) {
    sendError(exchange, 412, "changed_meanwhile", "the configuration was changed meanwhile; read it again");
    return;
  }
  get(exchange, options);
}

function agents(exchange: Exchange, { agents, file }: AgentConfigOptions): void {
  const list = agents.list().map((process) => {
    const current = select(file.entries, process.service, process.environment);
    return describe(process, current.etag);
  });
  sendJson(exchange, 200, { agents: list }, { "Cache-Control": "no-store" });
}

function describe(process: AgentProcess, currentEtag: string): object {
  return {
    service: process.service,
    environment: process.environment ?? null,
    node: process.node ?? null,
    host: process.host ?? null,
    pid: process.pid ?? null,
    ephemeralId: process.ephemeralId ?? null,
    agent: process.agentName === undefined ? null : { name: process.agentName, version: process.agentVersion ?? "" },
    address: process.address ?? null,
    lastReport: iso(process.lastReportMs),
    lastPoll: iso(process.lastPollMs),
    // Null until the process polled; "-" is the empty configuration.
    etag: process.etag ?? null,
    upToDate: process.etag === undefined ? null : process.etag === currentEtag,
  };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
