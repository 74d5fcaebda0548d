/** The number of `--series-N` tokens of tokens.css. */
const COLOURS = 10;

/** The custom property of the series at `index`; what is left over beyond a limit is grey. */
export function seriesToken(index: number, id = ""): string {
  return id === "_other" ? "--series-rest" : `--series-${(index % COLOURS) + 1}`;
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
