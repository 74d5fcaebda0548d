import type { DuckDBConnection } from "@duckdb/node-api";
import { seriesSource } from "./catalog.js";
import { rows } from "./engine.js";
import type { ProcessesRequest, ProcessesResult, StoredProcess } from "./messages.js";
import type { StoreFile } from "./store-file.js";

/** Processes in an answer: more are the work of a crash loop, and the newest tell enough of it. */
const MAX_PROCESSES = 1_000;

/** The processes with samples in a window (QRY-37). The series of every file say who sent them and when, so nothing more is stored for this. */
export async function listProcesses(
  connection: DuckDBConnection,
  read: readonly StoreFile[],
  { service, environment, node, fromMs, toMs }: ProcessesRequest,
): Promise<ProcessesResult> {
  const source = await seriesSource(connection, read);
  if (source === undefined) return { total: 0, processes: [] };
  const found = await rows(
    connection,
    `SELECT process, service, node, environment, arg_max(version, last_ms), arg_max(agent_name, last_ms), arg_max(agent_version, last_ms),
       min(first_ms) AS first, max(last_ms) AS last
     FROM (${source.sql})
     WHERE ($service IS NULL OR service = $service) AND ($environment IS NULL OR coalesce(environment, '') = $environment)
       AND ($node IS NULL OR coalesce(node, '') = $node)
     GROUP BY process, service, node, environment HAVING min(first_ms) < $to ORDER BY first, process`,
    { ...source.values, service: service ?? null, environment: environment ?? null, node: node ?? null, to: toMs },
    source.types,
  );
  const known = found.map((row): StoredProcess => {
    const [id, name, at, of, version, agentName, agentVersion, firstMs, lastMs] = row;
    return {
      id: id as string,
      service: name as string,
      node: at as string | null,
      environment: of as string | null,
      version: version as string | null,
      agentName: agentName as string,
      agentVersion: agentVersion as string,
      firstMs: firstMs as number,
      lastMs: lastMs as number,
      replaces: null,
    };
  });
  const inWindow = withReplaced(known).filter(({ lastMs }) => lastMs >= fromMs);
  return { total: inWindow.length, processes: inWindow.slice(-MAX_PROCESSES) };
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
