import type { Metricset, Sample } from "@tidegauge/protocol";
import { encodeMetricset } from "@tidegauge/protocol/encode";

/** The line of a payload that user code may have changed, without samples no server takes (W-14, W-15, REG-35); undefined when none is left (REG-47). */
export function payloadLine(payload: Metricset | undefined | null): string | undefined {
  if (typeof payload !== "object" || payload === null || typeof payload.samples !== "object") return undefined;
  let samples = payload.samples;
  const names = Object.keys(samples);
  const good = names.filter((name) => !/[*"]/.test(name) && isSendable(samples[name] as Sample));
  if (good.length === 0) return undefined;
  if (good.length < names.length) {
    samples = Object.create(null) as Record<string, Sample>;
    for (const name of good) samples[name] = payload.samples[name] as Sample;
  }
  return encodeMetricset(samples === payload.samples ? payload : { ...payload, samples });
}

function isSendable(sample: Sample): boolean {
  if (Number.isFinite(sample.value)) return true;
  const { values, counts } = sample;
  if (!Array.isArray(values) || !Array.isArray(counts)) return false;
  return (
    values.length > 0 &&
    values.length === counts.length &&
    values.every(Number.isFinite) &&
    counts.every(Number.isSafeInteger)
  );
}
