import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { rows } from "../files/engine.js";
import { type StoreFile, timesOf } from "../files/store-file.js";
import type { ProcessesRequest, ProcessesResult, StoredProcess } from "../messages.js";

/** Processes in an answer: more are the work of a crash loop, and the newest tell enough of it. */
const MAX_PROCESSES = 1_000;

/** The processes with samples in a window (QRY-37). The series of every file say who sent them and when, so nothing more is stored for this. */
export async function listProcesses(
  connection: DuckDBConnection,
  read: readonly StoreFile[],
  request: ProcessesRequest,
): Promise<ProcessesResult> {
  const found = new Map<string, StoredProcess>();
  for (const file of read) {
    for (const part of await processesOf(connection, file, request)) {
      const { id, service, node, environment, firstMs, lastMs } = part;
      const key = JSON.stringify([id, service, node, environment]);
      const known = found.get(key);
      const newest = known === undefined || lastMs >= known.lastMs ? part : known;
      const first = Math.min(firstMs, known?.firstMs ?? firstMs);
      found.set(key, { ...newest, firstMs: first });
    }
  }
  const begun = [...found.values()].filter(({ firstMs }) => firstMs < request.toMs);
  begun.sort((a, b) => a.firstMs - b.firstMs || (a.id < b.id ? -1 : 1));
  const inWindow = withReplaced(begun).filter(({ lastMs }) => lastMs >= request.fromMs);
  return { total: inWindow.length, processes: inWindow.slice(-MAX_PROCESSES) };
}

/** The series of one file as processes, once or more each. A file that is not sorted keeps the times of its series beside its dictionary. */
async function processesOf(
  connection: DuckDBConnection,
  file: StoreFile,
  { service, environment, node }: ProcessesRequest,
): Promise<StoredProcess[]> {
  const values: Record<string, DuckDBValue> = {};
  const conditions = ["true"];
  for (const [column, value] of Object.entries({ service, environment, node })) {
    if (value === undefined) continue;
    conditions.push(`coalesce(${column}, '') = $${column}`);
    values[column] = value;
  }
  const sorted = file.state === "sorted";
  const series = await rows(
    connection,
    `SELECT process, service, node, environment, version, agent_name, agent_version,
       ${sorted ? "CAST(min(first_ms) AS DOUBLE), CAST(max(last_ms) AS DOUBLE)" : "id"}
     FROM ${file.alias}.series WHERE ${conditions.join(" AND ")} ${sorted ? "GROUP BY ALL" : ""}`,
    values,
  );
  const times = sorted ? undefined : await timesOf(connection, file);
  return series.flatMap((row): StoredProcess[] => {
    const [id, name, at, of, version, agentName, agentVersion, idOrFirst, last] = row;
    const firstMs = times ? (times.first[idOrFirst as number] ?? Number.NaN) : (idOrFirst as number | null);
    const lastMs = times ? (times.last[idOrFirst as number] ?? Number.NaN) : (last as number | null);
    // A series whose samples were all refused has no time.
    if (firstMs === null || lastMs === null || Number.isNaN(firstMs)) return [];
    return [
      {
        id: id as string,
        service: name as string,
        node: at as string | null,
        environment: of as string | null,
        version: version as string | null,
        agentName: agentName as string,
        agentVersion: agentVersion as string,
        firstMs,
        lastMs,
        replaces: null,
      },
    ];
  });
}

/**
 * Says of each process which one it came in place of: of those of its service, environment and node that had sent their last sample when it sent
 * its first, the one that ended latest; each is replaced once, so four workers that come in place of four are four restarts, and a fifth is none.
 * `processes` come by their first sample.
 */
export function withReplaced(processes: readonly StoredProcess[]): StoredProcess[] {
  const before = new Map<string, StoredProcess[]>();
  return processes.map((process) => {
    const place = JSON.stringify([process.service, process.environment, process.node]);
    const others = before.get(place) ?? [];
    before.set(place, others);
    let ended = -1;
    others.forEach((other, index) => {
      if (other.lastMs > process.firstMs) return;
      if (ended < 0 || other.lastMs >= (others[ended] as StoredProcess).lastMs) ended = index;
    });
    const [replaced] = ended < 0 ? [] : others.splice(ended, 1);
    others.push(process);
    return replaced === undefined ? process : { ...process, replaces: replaced.id };
  });
}
