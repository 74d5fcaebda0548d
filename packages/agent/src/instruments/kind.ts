/** The four kinds of instrument; the number is the order of collecting, in which a later kind wins a sample name (REG-29, REG-43). */
export const COUNTER = 0;
export const GAUGE = 1;
export const TIMER = 2;
export const HISTOGRAM = 3;
export type Kind = typeof COUNTER | typeof GAUGE | typeof TIMER | typeof HISTOGRAM;
