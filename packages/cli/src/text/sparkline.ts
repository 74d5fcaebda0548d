const BARS = "▁▂▃▄▅▆▇█";

/**
 * A line of bars for the values, scaled between their smallest and largest; a gap where there is no data.
 *
 * @param width most characters; neighbouring values are averaged to fit
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const fitted = fit(values, width);
  const known = fitted.filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  return fitted
    .map((value) => {
      if (value === null) return " ";
      const share = high === low ? 0 : (value - low) / (high - low);
      return BARS[Math.round(share * (BARS.length - 1))];
    })
    .join("");
}

function fit(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / width), Math.floor(((i + 1) * values.length) / width));
    const known = part.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
