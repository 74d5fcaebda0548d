import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { DOCTOR_SERVICE, type Metadata } from "@tidegauge/protocol";
import type { Sighting } from "../sighting.js";

/** A process that reports or polls. Times are epoch milliseconds. */
export interface AgentProcess {
  readonly service: string;
  readonly environment: string | undefined;
  /** From the metadata of its reports; unknown until the first one. */
  node: string | undefined;
  host: string | undefined;
  pid: number | undefined;
  ephemeralId: string | undefined;
  agentName: string | undefined;
  agentVersion: string | undefined;
  readonly address: string | undefined;
  lastReportMs: number | undefined;
  lastPollMs: number | undefined;
  /** The configuration it says it runs (`If-None-Match`), or was just given. */
  etag: string | undefined;
}

const MAX_PROCESSES = 10_000;
/** How the doctor names itself when it asks for the configuration of a service that may not run (W-6). */
const DOCTOR = `(${DOCTOR_SERVICE})`;

/**
 * Who talks to the server, from what is on the wire: reports name the process, configuration polls only the service, the agent's version and the
 * address. A poll belongs to the process whose report came over the same connection; else to the one process that matches; else it stands alone.
 */
export class Agents {
  /** Least recently heard of first. */
  readonly #reporting = new Map<string, AgentProcess>();
  readonly #polling = new Map<string, AgentProcess>();
  readonly #bySocket = new WeakMap<Socket, AgentProcess>();

  /** An intake request with this metadata arrived. */
  report(request: IncomingMessage, metadata: Metadata, address: string | undefined, nowMs: number): void {
    const { service, system, process: sender } = metadata;
    if (service.name === DOCTOR_SERVICE) return;
    const host = system?.configured_hostname ?? system?.detected_hostname ?? system?.hostname;
    const container = system?.container?.id;
    const { agent, environment } = service;
    const key = JSON.stringify([service.name, environment, agent.ephemeral_id ?? [host, container, sender?.pid]]);
    const process: AgentProcess = this.#reporting.get(key) ?? {
      ...unknown(service.name, environment, address),
      ephemeralId: agent.ephemeral_id,
    };
    process.node = service.node?.configured_name ?? container ?? host;
    process.host = host;
    process.pid = sender?.pid;
    process.agentName = agent.name;
    process.agentVersion = agent.version;
    process.lastReportMs = nowMs;
    touch(this.#reporting, key, process);
    this.#bySocket.set(request.socket, process);
  }

  /** A configuration poll arrived; `etag` is what the agent runs after the answer. */
  poll(
    request: IncomingMessage,
    who: { service: string; environment: string | undefined },
    address: string | undefined,
    etag: string,
    nowMs: number,
  ): void {
    const userAgent = request.headers["user-agent"] ?? "";
    if (userAgent.includes(DOCTOR)) return;
    const [, agentName, agentVersion] = /^apm-agent-([A-Za-z-]+)\/([^ ]+)/.exec(userAgent) ?? [];
    const key = JSON.stringify([who.service, who.environment, userAgent.slice(0, 256), address]);
    const poller: AgentProcess = this.#polling.get(key) ?? unknown(who.service, who.environment, address);
    poller.agentName = agentName;
    poller.agentVersion = agentVersion;
    poller.lastPollMs = nowMs;
    poller.etag = etag;
    touch(this.#polling, key, poller);
    const owner = this.#bySocket.get(request.socket);
    if (owner !== undefined && owner.service === who.service) {
      owner.lastPollMs = nowMs;
      owner.etag = etag;
    }
  }

  /** Services that polled, with the last time. */
  *sightings(): Iterable<Sighting> {
    for (const poller of this.#polling.values()) {
      yield {
        service: poller.service,
        seenAtMs: poller.lastPollMs ?? 0,
        ...(poller.environment === undefined ? {} : { environment: poller.environment }),
        ...(poller.agentName === undefined ? {} : { agentName: poller.agentName }),
        ...(poller.agentVersion === undefined ? {} : { agentVersion: poller.agentVersion }),
      };
    }
  }

  /** Every process that reported, with the configuration it runs as far as known, and pollers that belong to none of them. */
  list(): AgentProcess[] {
    const result = [...this.#reporting.values()].map((process) => ({ ...process }));
    const places = new Map<string, AgentProcess[]>();
    for (const process of result) {
      const place = placeOf(process);
      const there = places.get(place);
      if (there === undefined) places.set(place, [process]);
      else there.push(process);
    }
    for (const poller of this.#polling.values()) {
      const matching = places.get(placeOf(poller)) ?? [];
      if (matching.length === 0) result.push({ ...poller });
      // All processes of one service at one address are given the same configuration, so what one of them confirmed says most about the others.
      for (const process of matching) {
        process.lastPollMs ??= poller.lastPollMs;
        process.etag ??= poller.etag;
      }
    }
    return result;
  }
}

/** What a poll tells about its process. */
function placeOf({ service, environment, address, agentVersion }: AgentProcess): string {
  return JSON.stringify([service, environment, address, agentVersion]);
}

function unknown(service: string, environment: string | undefined, address: string | undefined): AgentProcess {
  return {
    service,
    environment,
    address,
    node: undefined,
    host: undefined,
    pid: undefined,
    ephemeralId: undefined,
    agentName: undefined,
    agentVersion: undefined,
    lastReportMs: undefined,
    lastPollMs: undefined,
    etag: undefined,
  };
}

/** Moves an entry to the end and drops the one least recently heard of when there are too many. */
function touch(map: Map<string, AgentProcess>, key: string, process: AgentProcess): void {
  map.delete(key);
  map.set(key, process);
  if (map.size > MAX_PROCESSES) map.delete(map.keys().next().value as string);
}
