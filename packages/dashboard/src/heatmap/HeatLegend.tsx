import { formatValue } from "../format/unit.js";
import { countAt } from "./colours.js";

/** What the colours mean: from one observation in a cell to the most. */
export function HeatLegend({ largest }: { largest: number }) {
  return (
    <div
      class="heat-legend"
      role="img"
      aria-label={`Colours go from 1 to ${largest} observations in a cell`}
      data-testid="heatmap-legend"
    >
      <span class={largest > 1 ? "heat-scale" : "heat-scale heat-scale-one"} />
      <span class="heat-ticks" aria-hidden="true">
        <span>1</span>
        {largest >= 8 && <span>{formatValue(countAt(0.5, largest), null)}</span>}
        {largest > 1 && <span>{formatValue(largest, null)}</span>}
      </span>
    </div>
  );
}
