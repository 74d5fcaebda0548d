import { tokenColour } from "../charts/palette.js";

type Rgb = readonly [number, number, number];

/** From few to many. Both themes go away from the surface, so that a full cell stands out most in either. */
const STOPS = ["--heat-1", "--heat-2", "--heat-3", "--heat-4"] as const;
/** Shades that are told apart. */
const SHADES = 64;

/**
 * The place of a count on the colour scale: one observation has the first colour, the fullest cell the last. In between it goes by the root, or one
 * crowded bucket would leave all others pale.
 */
export function heat(count: number, largest: number): number {
  return largest <= 1 ? 1 : Math.max(0, (Math.sqrt(count) - 1) / (Math.sqrt(largest) - 1));
}

/** The count in a place of the colour scale; the inverse of {@link heat}. */
export function countAt(place: number, largest: number): number {
  return Math.round((1 + place * (Math.sqrt(largest) - 1)) ** 2);
}

/** The colours of the scale under the shown theme, from few to many. */
export function heatColours(): string[] {
  const stops = STOPS.map((token) => parseHex(tokenColour(token)));
  return Array.from({ length: SHADES }, (_, shade) => {
    const at = (shade / (SHADES - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    return mix(stops[from] as Rgb, stops[from + 1] as Rgb, at - from);
  });
}

/** The colour in a place of the scale, 0 to 1. */
export function colourAt(colours: readonly string[], place: number): string {
  return colours[Math.round(place * (colours.length - 1))] ?? "";
}

function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function mix(from: Rgb, to: Rgb, share: number): string {
  const [red, green, blue] = from.map((part, index) => Math.round(part + ((to[index] as number) - part) * share));
  return `rgb(${red} ${green} ${blue})`;
}
