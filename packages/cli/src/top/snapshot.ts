import type { ServiceStatus, ServiceSummary } from "@tidegauge/protocol/query";
import type { QueryApi } from "../api/query-api.js";

/** One node of one service at this moment. */
export interface NodeRow {
  readonly service: string;
  /** `""` where the service has no node to show. */
  readonly node: string;
  readonly status: ServiceStatus;
  /** Share of all processors, 0 to 1. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
  readonly heapBytes: number | null;
  readonly eventLoopDelayMs: number | null;
  /** Epoch milliseconds of the node's last report, by the server's clock; null while the service is waited for. */
  readonly lastSeenMs: number | null;
}

const COLUMNS = {
  cpu: "system.process.cpu.total.norm.pct",
  memoryBytes: "system.process.memory.rss.bytes",
  heapBytes: "nodejs.memory.heap.used.bytes",
  eventLoopDelayMs: "nodejs.eventloop.delay.avg.ms",
} as const;
type Column = keyof typeof COLUMNS;

/** Looking back this far finds the last value of a node that reports every minute. */
const WINDOW = "now-2m";
/** A node that reported nothing for longer is silent, as a service is (QRY-30). */
const SILENT_MS = 5 * 60_000;
/** After this a node is not shown any more: each start of a container is another node. */
const GONE_MS = 15 * 60_000;
const SERVICE = "service.name";
const NODE = "service.node.name";

/** A metric's last value, and when its step began, epoch milliseconds. */
interface LastValue {
  readonly value: number;
  readonly timeMs: number;
}

/** When each node of a service reported last, epoch milliseconds by the server's clock. */
type NodesSeen = Map<string, number>;

/** Asks for what nodes reported last: those of the last quarter of an hour, each with a status of its own. A service without any has one row. */
export async function takeSnapshot(api: QueryApi): Promise<NodeRow[]> {
  const columns = Object.keys(COLUMNS) as Column[];
  const [{ services }, ...answers] = await Promise.all([
    api.services(),
    ...columns.map((column) => lastByNode(api, COLUMNS[column])),
  ]);
  const { nowMs, seen } = await lastSeen(api, services);
  // Of very many processes the server lists the newest ones: a node with values is there all the same.
  for (const [key, { timeMs }] of answers.flatMap((answer) => [...answer])) {
    const [service, node] = JSON.parse(key) as [string, string];
    const nodes = seen.get(service);
    if (nodes !== undefined && !nodes.has(node)) nodes.set(node, timeMs);
  }
  return services.flatMap(({ name, status, lastSeen: serviceSeen }): NodeRow[] => {
    const row = (node: string, own: Pick<NodeRow, "status" | "lastSeenMs">): NodeRow => {
      const value = (column: Column): number | null =>
        answers[columns.indexOf(column)]?.get(keyOf(name, node))?.value ?? null;
      return {
        service: name,
        node,
        status: own.status,
        cpu: value("cpu"),
        memoryBytes: value("memoryBytes"),
        heapBytes: value("heapBytes"),
        eventLoopDelayMs: value("eventLoopDelayMs"),
        lastSeenMs: own.lastSeenMs,
      };
    };
    const nodes = [...(seen.get(name) ?? [])];
    if (nodes.length === 0) {
      return [row("", { status, lastSeenMs: serviceSeen === null ? null : Date.parse(serviceSeen) })];
    }
    return nodes.map(([node, lastSeenMs]) =>
      row(node, { status: nowMs - lastSeenMs > SILENT_MS ? "silent" : "reporting", lastSeenMs }),
    );
  });
}

const keyOf = (service: string, node: string): string => JSON.stringify([service, node]);

/** The nodes of each service that reported of late. Processes say so by their own clocks; by how much one is off, its service tells. */
async function lastSeen(
  api: QueryApi,
  services: readonly ServiceSummary[],
): Promise<{ nowMs: number; seen: Map<string, NodesSeen> }> {
  const offsets = services.map(({ clockOffsetMs = 0 }) => Math.ceil(clockOffsetMs / 1000));
  const aheadSeconds = Math.max(0, ...offsets);
  const behindSeconds = Math.max(0, ...offsets.map((offset) => -offset)) + GONE_MS / 1000;
  const { to, processes } = await api.processes(`now-${behindSeconds}s`, `now+${aheadSeconds}s`);
  const nowMs = to - aheadSeconds * 1000;
  const offsetOf = new Map(services.map(({ name, clockOffsetMs = 0 }) => [name, clockOffsetMs]));
  const seen = new Map(services.map(({ name }): [string, NodesSeen] => [name, new Map()]));
  for (const { service, node, lastSeen: time } of processes) {
    const nodes = seen.get(service);
    const lastSeenMs = Math.min(nowMs, Date.parse(time) - (offsetOf.get(service) ?? 0));
    if (nodes === undefined || nowMs - lastSeenMs > GONE_MS) continue;
    nodes.set(node ?? "", Math.max(lastSeenMs, nodes.get(node ?? "") ?? 0));
  }
  return { nowMs, seen };
}

async function lastByNode(api: QueryApi, metric: string): Promise<Map<string, LastValue>> {
  const answer = await api.query({
    metric,
    from: WINDOW,
    to: "now",
    step: "10s",
    aggregation: "avg",
    groupBy: [SERVICE, NODE],
  });
  const last = new Map<string, LastValue>();
  for (const { labels, points } of answer.series) {
    const [timeMs, value] = points.findLast((point) => point[1] !== null) ?? [];
    if (timeMs !== undefined && value != null)
      last.set(keyOf(labels[SERVICE] ?? "", labels[NODE] ?? ""), { value, timeMs });
  }
  return last;
}
