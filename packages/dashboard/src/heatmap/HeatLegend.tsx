import { formatValue } from "../format/unit.js";
import { countAt } from "./colours.js";

/** Places of the scale that are labelled. */
const PLACES = [0.5, 1] as const;

/** What the colours mean: from one observation in a cell to the most. */
export function HeatLegend({ largest }: { largest: number }) {
  return (
    <div
      class="heat-legend"
      role="img"
      aria-label={`Colours go from 1 to ${largest} observations in a cell`}
      data-testid="heatmap-legend"
    >
      <span class="heat-scale" />
      <span class="heat-ticks" aria-hidden="true">
        <span>1</span>
        {largest >= 8 &&
          PLACES.slice(0, 1).map((place) => <span key={place}>{formatValue(countAt(place, largest), null)}</span>)}
        {largest > 1 && <span>{formatValue(largest, null)}</span>}
      </span>
    </div>
  );
}
