import { formatValue } from "../format/unit.js";
import { linkTo } from "../route/location.js";
import { useLocation } from "../route/useLocation.js";
import type { ServiceOverview } from "./overview.js";

/** From this many bytes an hour on a leak is told by the minute. */
const FAST = 60 * 2 ** 20;

/** What is worth a look at a service, each with a link to where it is seen. Nothing for a service without trouble. */
export function ServiceFlags({ service, overview }: { service: string; overview: ServiceOverview | undefined }) {
  const { parameters } = useLocation();
  if (overview === undefined || (overview.heapGrowth === null && overview.overflowed === 0)) return null;
  const { heapGrowth, overflowed } = overview;
  return (
    <span class="flags">
      {heapGrowth !== null && (
        <a
          class="flag"
          data-testid="flag-heap"
          title="The low points of the heap keep rising: the service holds on to more and more."
          href={linkTo(["explore"], parameters, {
            service,
            metric: "nodejs.memory.heap.used.bytes",
            aggregation: "min",
          })}
        >
          heap climbs {growth(heapGrowth)}
        </a>
      )}
      {overflowed > 0 && (
        <a
          class="flag"
          data-testid="flag-series"
          title="A metric set has reached its limit of series; Health names the label that makes them."
          href={linkTo(["health"], parameters)}
        >
          limit of series reached
        </a>
      )}
    </span>
  );
}

function growth(bytesPerHour: number): string {
  return bytesPerHour >= FAST
    ? `${formatValue(bytesPerHour / 60, "byte")}/min`
    : `${formatValue(bytesPerHour, "byte")}/h`;
}
