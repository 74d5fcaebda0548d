/** Formats values by the unit the query API gives: fractions as %, bytes in binary units, durations in the unit that reads best. */

/** The families of units that are written alike. */
export type UnitFamily = "percent" | "byte" | "duration" | "number";

interface Scale {
  factor: number;
  suffix: string;
}

const BYTES: readonly Scale[] = [
  { factor: 1, suffix: " B" },
  { factor: 2 ** 10, suffix: " KiB" },
  { factor: 2 ** 20, suffix: " MiB" },
  { factor: 2 ** 30, suffix: " GiB" },
  { factor: 2 ** 40, suffix: " TiB" },
  { factor: 2 ** 50, suffix: " PiB" },
];

/** In microseconds. */
const DURATIONS: readonly Scale[] = [
  { factor: 1e-3, suffix: " ns" },
  { factor: 1, suffix: " µs" },
  { factor: 1e3, suffix: " ms" },
  { factor: 1e6, suffix: " s" },
  { factor: 6e7, suffix: " min" },
  { factor: 3.6e9, suffix: " h" },
];

const NUMBERS: readonly Scale[] = [
  { factor: 1, suffix: "" },
  { factor: 1e3, suffix: " k" },
  { factor: 1e6, suffix: " M" },
  { factor: 1e9, suffix: " G" },
  { factor: 1e12, suffix: " T" },
];

/** Microseconds in one of the unit, by the spellings seen on the wire. */
const MICROSECONDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ns: 1e-3,
    nanos: 1e-3,
    us: 1,
    micros: 1,
    ms: 1e3,
    millis: 1e3,
    s: 1e6,
    seconds: 1e6,
    m: 6e7,
    min: 6e7,
    h: 3.6e9,
  }),
);

/** A unit may end in `/s`: a rate of it. */
function splitRate(unit: string | null): { base: string; rate: boolean } {
  const text = unit ?? "";
  return text.endsWith("/s") ? { base: text.slice(0, -2), rate: true } : { base: text, rate: false };
}

/** Tells how values of `unit` are written. */
export function unitFamily(unit: string | null): UnitFamily {
  const { base } = splitRate(unit);
  if (base === "percent") return "percent";
  if (base === "byte" || base === "bytes" || base === "By") return "byte";
  if (MICROSECONDS.has(base)) return "duration";
  return "number";
}

/** The factor from a value in `unit` to the base its family is scaled from. */
function toBase(base: string): number {
  return MICROSECONDS.get(base) ?? 1;
}

function pickScale(scales: readonly Scale[], magnitude: number): Scale {
  let chosen = scales[0] as Scale;
  for (const scale of scales) if (magnitude >= scale.factor * 0.9995) chosen = scale;
  return chosen;
}

/** At most three significant digits, no exponent, no trailing zeros after the point. */
function digits(value: number, decimals?: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && magnitude < 1e-4) return value.toExponential(1);
  const places =
    decimals ?? (magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : magnitude === 0 ? 0 : 3);
  const text = value.toFixed(Math.min(places, 6));
  if (decimals !== undefined) return text;
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** `decimals` fixes the number of places, for axes whose labels should line up. */
function write(value: number, unit: string | null, reference: number, decimals?: number): string {
  const { base, rate } = splitRate(unit);
  const suffix = rate ? "/s" : "";
  const family = unitFamily(unit);
  if (family === "percent") return `${digits(value * 100, decimals)} %${suffix}`;
  const factor = toBase(base);
  const scales = family === "byte" ? BYTES : family === "duration" ? DURATIONS : NUMBERS;
  // A zero has no magnitude of its own: "0 µs" under a reference in µs, but plain "0 ms" where the unit is ms.
  const magnitude = reference === 0 ? factor : reference * factor;
  const scale = pickScale(scales, magnitude);
  const named = family === "number" && base !== "" ? ` ${base}` : "";
  return `${digits((value * factor) / scale.factor, decimals)}${scale.suffix}${named}${suffix}`;
}

/** One value with its unit: `formatValue(0.4, "percent")` is `40 %`, `formatValue(1536, "byte")` is `1.5 KiB`. Null is an en dash. */
export function formatValue(value: number | null | undefined, unit: string | null): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return write(value, unit, Math.abs(value));
}

/** The labels of an axis: all in the same scale and with the same number of decimals, enough to tell neighbours apart. */
export function formatTicks(ticks: readonly number[], unit: string | null): string[] {
  const largest = referenceOf(ticks, unit);
  for (let decimals = 0; decimals <= 4; decimals++) {
    const labels = ticks.map((tick) => write(tick, unit, largest, decimals));
    if (new Set(labels).size === labels.length && exact(ticks, unit, largest, decimals)) return labels;
  }
  return ticks.map((tick) => write(tick, unit, largest));
}

/** The magnitude whose scale the labels are written in: the largest, but that of the step from a minute on: half minutes are 30 s. */
function referenceOf(ticks: readonly number[], unit: string | null): number {
  const magnitudes = ticks.map(Math.abs).filter((magnitude) => magnitude > 0);
  const largest = Math.max(0, ...magnitudes);
  const isLong = unitFamily(unit) === "duration" && largest * toBase(splitRate(unit).base) >= 6e7;
  return isLong ? Math.min(...magnitudes) : largest;
}

/** Whether `decimals` places say each tick without rounding it visibly. */
function exact(ticks: readonly number[], unit: string | null, largest: number, decimals: number): boolean {
  const family = unitFamily(unit);
  const { base } = splitRate(unit);
  const factor = family === "percent" ? 100 : toBase(base);
  const scales = family === "byte" ? BYTES : family === "duration" ? DURATIONS : NUMBERS;
  const scale = family === "percent" ? 1 : pickScale(scales, largest === 0 ? factor : largest * factor).factor;
  return ticks.every((tick) => {
    const scaled = (tick * factor) / scale;
    return Math.abs(scaled - Number(scaled.toFixed(decimals))) < 10 ** -decimals * 0.02;
  });
}

/** Decades of 1, 2 and 5. */
function decades(first: number, last: number): number[] {
  const list: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    for (const step of [1, 2, 5]) list.push(Number(`${step}e${exponent}`));
  }
  return list;
}

/** In microseconds: decades below ten seconds, then what a clock is read in, then decades of days. */
const DURATION_STEPS = [
  ...decades(-6, 6),
  ...[10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].map((seconds) => seconds * 1e6),
  ...decades(0, 6).map((days) => days * 864e8),
];

/** Steps between ticks that read well in `unit`: 1-2-5 decades, powers of two for bytes, minutes and hours for long durations. */
export function tickIncrements(unit: string | null): number[] {
  const family = unitFamily(unit);
  if (family === "duration") {
    const factor = toBase(splitRate(unit).base);
    return DURATION_STEPS.map((step) => Number((step / factor).toPrecision(12)));
  }
  if (family === "byte") {
    const increments: number[] = [];
    for (let power = 0; power <= 60; power++) increments.push(2 ** power);
    return increments;
  }
  return decades(-9, 15);
}
