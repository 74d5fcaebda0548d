import { formatValue } from "../format/unit.js";
import { type Sample, total } from "./exposition.js";
import { Stat } from "./Stat.js";

/** What waits for Elasticsearch or was refused by it; nothing for a server without that output. */
export function QueueStats({ samples }: { samples: readonly Sample[] }) {
  const one = (name: string) => total(samples, `tidegauge_elasticsearch_${name}`);
  const bytes = one("queue_bytes");
  if (bytes === undefined) return null;
  const isAvailable = one("available") === 1;
  const dead = one("dead_letters_total") ?? 0;
  return (
    <>
      <Stat
        name="Elasticsearch"
        value={isAvailable ? "takes documents" : "is away"}
        state={isAvailable ? "good" : "warn"}
      />
      <Stat name="Waiting on disk for it" value={formatValue(bytes, "byte")} />
      <Stat name="Never taken" value={formatValue(dead, null)} {...(dead > 0 ? { state: "bad" as const } : {})} />
    </>
  );
}
