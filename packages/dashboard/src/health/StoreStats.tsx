import { formatSpan } from "../format/time.js";
import { formatValue } from "../format/unit.js";
import { type Sample, total } from "./exposition.js";
import { Stat } from "./Stat.js";

/** From this part of its limit on, the store is about to drop its oldest file. */
const NEARLY_FULL = 0.9;

/** How much the store holds and keeps; nothing for a server that stores elsewhere. */
export function StoreStats({ samples }: { samples: readonly Sample[] }) {
  const one = (name: string) => total(samples, `tidegauge_store_${name}`);
  const size = one("size_bytes");
  if (size === undefined) return null;
  const limit = one("max_size_bytes") ?? 0;
  const retention = one("retention_seconds") ?? 0;
  const quarantined = one("quarantined_files") ?? 0;
  const files = samples
    .filter(({ name, value }) => name === "tidegauge_store_files" && value > 0)
    .map(({ labels, value }) => `${value} ${labels.state}`);
  const share = limit > 0 ? size / limit : 0;
  return (
    <>
      <Stat
        name="On disk"
        value={formatValue(size, "byte")}
        {...(limit > 0 ? { limit: formatValue(limit, "byte") } : {})}
        {...(share > NEARLY_FULL ? { state: "warn" as const } : {})}
      />
      <Stat name="Points stored" value={formatValue(one("points"), null)} />
      <Stat name="Files" value={files.length > 0 ? files.join(", ") : "none"} />
      <Stat name="Kept for" value={retention > 0 ? formatSpan(retention * 1000) : "ever"} />
      <Stat name="Files expired" value={formatValue(one("dropped_files_total") ?? 0, null)} />
      {quarantined > 0 && <Stat name="Damaged files set aside" value={formatValue(quarantined, null)} state="bad" />}
    </>
  );
}
