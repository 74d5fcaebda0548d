/** The escape character, with which a terminal's commands begin. */
export const ESC: string = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESC}\\[[0-9;]*m`, "g");
const CONTROL = /\p{Cc}/gu;
const RESET = `${ESC}[0m`;

/** Characters of a line as a terminal shows it, without colours. */
export function visibleLength(line: string): number {
  return [...line.replace(COLOUR, "")].length;
}

/** Text that came from elsewhere, without what could move a cursor or change a terminal. */
export function printable(text: string): string {
  return text.replace(CONTROL, "�");
}

/** A line of at most `width` characters, its colours ended; `…` where something is cut off. */
export function cutLine(line: string, width: number): string {
  if (visibleLength(line) <= width) return line;
  let room = Math.max(0, width - 1);
  let cut = "";
  for (const [part] of line.matchAll(new RegExp(`${ESC}\\[[0-9;]*m|.`, "gsu"))) {
    const isColour = part.length > 1 && part.startsWith(ESC);
    if (!isColour && room-- === 0) break;
    cut += part;
  }
  return `${cut}${width > 0 ? "…" : ""}${line.includes(ESC) ? RESET : ""}`;
}
