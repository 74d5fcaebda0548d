/** The number of `--series-N` tokens of tokens.css. */
const COLOURS = 10;

/** Outcomes look the same wherever they are shown. */
const MEANINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    _other: "--series-rest",
    failure: "--series-failure",
    success: "--series-success",
    unknown: "--series-rest",
  }),
);

/** The custom property of the series at `index`, unless its id or label has a colour of its own. */
export function seriesToken(index: number, series: { id: string; label: string }): string {
  return MEANINGS.get(series.id) ?? MEANINGS.get(series.label) ?? `--series-${(index % COLOURS) + 1}`;
}

/** The colour behind a token under the shown theme. uPlot draws on a canvas, which knows no custom properties. */
export function tokenColour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}

/** The token's colour with an alpha of 0 to 1. Tokens are six-digit hex colours. */
export function translucent(token: string, alpha: number): string {
  const byte = Math.round(alpha * 255)
    .toString(16)
    .padStart(2, "0");
  return `${tokenColour(token)}${byte}`;
}
