const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const PREFIXES = ["", "k", "M", "G", "T"];

/** A value for a person, in its unit: `12.5 %`, `34.1 MiB`, `1.2 ms`, `3.4k`. Null, where there is no data, is `–`. */
export function formatValue(value: number | null, unit: string | null): string {
  if (value === null) return "–";
  switch (unit) {
    case "percent":
      return `${threeDigits(value * 100)} %`;
    case "byte":
    case "bytes":
      return scaled(value, 1024, BYTES, " ");
    case "us":
      return formatSeconds(value / 1e6);
    case "ms":
      return formatSeconds(value / 1e3);
    case "s":
      return formatSeconds(value);
    case "ns":
      return formatSeconds(value / 1e9);
    default:
      return scaled(value, 1000, PREFIXES, "");
  }
}

function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${threeDigits(seconds * 1e6)} µs`;
  if (size < 1) return `${threeDigits(seconds * 1e3)} ms`;
  if (size < 120) return `${threeDigits(seconds)} s`;
  return size < 7200 ? `${threeDigits(seconds / 60)} min` : `${threeDigits(seconds / 3600)} h`;
}

function scaled(value: number, base: number, names: readonly string[], space: string): string {
  let rest = value;
  let step = 0;
  while (Math.abs(rest) >= base && step < names.length - 1) {
    rest /= base;
    step++;
  }
  const name = names[step] ?? "";
  return name === "" ? threeDigits(rest) : `${threeDigits(rest)}${space}${name}`;
}

/** At most three significant digits after the point's position asks for fewer: 1234, 123, 12.3, 1.23, 0.123. */
function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
