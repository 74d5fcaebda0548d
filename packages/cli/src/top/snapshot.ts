import type { ServiceStatus } from "@tidegauge/protocol/query";
import type { QueryApi } from "../api/query-api.js";

/** One node of one service at this moment. */
export interface NodeRow {
  readonly service: string;
  readonly node: string;
  readonly status: ServiceStatus;
  /** Share of all processors, 0 to 1. */
  readonly cpu: number | null;
  readonly memoryBytes: number | null;
  readonly heapBytes: number | null;
  readonly eventLoopDelayMs: number | null;
  /** Epoch milliseconds of the last report of the service; null while it is waited for. */
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
const SERVICE = "service.name";
const NODE = "service.node.name";

/** Asks for what every node of every service reported last. A service without nodes yet has one row. */
export async function takeSnapshot(api: QueryApi): Promise<NodeRow[]> {
  const columns = Object.keys(COLUMNS) as Column[];
  const [{ services }, ...answers] = await Promise.all([
    api.services(),
    ...columns.map((column) => lastByNode(api, COLUMNS[column])),
  ]);
  return services.flatMap(({ name, nodes, status, lastSeen }) =>
    (nodes.length === 0 ? [""] : nodes).map((node) => {
      const value = (column: Column): number | null => answers[columns.indexOf(column)]?.get(keyOf(name, node)) ?? null;
      return {
        service: name,
        node,
        status,
        cpu: value("cpu"),
        memoryBytes: value("memoryBytes"),
        heapBytes: value("heapBytes"),
        eventLoopDelayMs: value("eventLoopDelayMs"),
        lastSeenMs: lastSeen === null ? null : Date.parse(lastSeen),
      };
    }),
  );
}

const keyOf = (service: string, node: string): string => JSON.stringify([service, node]);

async function lastByNode(api: QueryApi, metric: string): Promise<Map<string, number>> {
  const answer = await api.query({
    metric,
    from: WINDOW,
    to: "now",
    step: "10s",
    aggregation: "avg",
    groupBy: [SERVICE, NODE],
  });
  const last = new Map<string, number>();
  for (const { labels, points } of answer.series) {
    const value = points.findLast((point) => point[1] !== null)?.[1];
    if (value != null) last.set(keyOf(labels[SERVICE] ?? "", labels[NODE] ?? ""), value);
  }
  return last;
}
