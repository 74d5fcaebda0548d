import type { HeatGrid } from "./grid.js";

/** What the colours mean: from the least value of a cell to the largest. */
export function HeatLegend({ label, ticks, isOneColour }: HeatGrid["legend"]) {
  return (
    <div class="heat-legend" role="img" aria-label={label} data-testid="heatmap-legend">
      <span class={isOneColour ? "heat-scale heat-scale-one" : "heat-scale"} />
      <span class="heat-ticks" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick}>{tick}</span>
        ))}
      </span>
    </div>
  );
}
