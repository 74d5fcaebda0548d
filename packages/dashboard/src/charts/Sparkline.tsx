import { bridgeGaps } from "./gaps.js";

const WIDTH = 72;
const HEIGHT = 22;

/** The `d` of a line through `values`, scaled to the box from zero; a gap starts a new piece. */
export function sparklinePath(values: readonly (number | null)[], width: number, height: number): string {
  const top = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0) || 1;
  let path = "";
  let drawing = false;
  bridgeGaps(values).forEach((value, index) => {
    if (value === null) drawing = false;
    if (value === null || value === undefined) return;
    const x = values.length < 2 ? 0 : (index / (values.length - 1)) * width;
    const y = height - 1.5 - (value / top) * (height - 3);
    path += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    drawing = true;
  });
  return path;
}

/** A small line without axes, beside the number it explains. */
export function Sparkline({ values, colour }: { values: readonly (number | null)[]; colour: number }) {
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path d={sparklinePath(values, WIDTH, HEIGHT)} style={{ stroke: `var(--series-${colour})` }} />
    </svg>
  );
}
