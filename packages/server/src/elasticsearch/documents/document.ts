import type { Metricset, Sample } from "@tidegauge/protocol";
import type { Batch } from "../../output/output.js";
import { dataStreamName, datasetOf, INTERNAL_DATASET } from "./data-stream.js";
import { ENVELOPE_FIELDS, Envelope } from "./envelope.js";

/**
 * Where a document's samples stand: as `metricset.samples`, which Elastic's own ingest pipeline unfolds, or as top-level fields, for nodes without that
 * pipeline (SRV-42).
 */
export type SampleForm = "metricset.samples" | "fields";

/** A document and the data stream it belongs to. */
export interface Document {
  readonly dataStream: string;
  /** Line of its metricset in the request. */
  readonly line: number;
  /** JSON text in one line. */
  readonly source: string;
}

/** How documents are made. */
export interface DocumentOptions {
  readonly form: SampleForm;
  readonly namespace: string;
  /** What agents are told too (SRV-10): the version of the APM Server we stand in for. */
  readonly observerVersion: string;
}

/** The documents of a batch, and the samples that could not be put into one, by reason. */
export interface Documents {
  readonly documents: Document[];
  readonly refused: Record<string, number>;
}

/**
 * Makes the documents of a batch, in the order of its metricsets, as a real APM Server writes them (server-intake.md §8.6). Text is put together without an
 * object of the whole in between: what all documents of a batch share is encoded once.
 *
 * Left out and counted: a histogram whose values and counts differ in number, since the search node would refuse the whole document for it (D-SRV-3), and a
 * metric called as a field of the envelope, where samples are fields.
 */
export function documentsOf(batch: Batch, options: DocumentOptions): Documents {
  const envelope = new Envelope(batch, options);
  const refused: Record<string, number> = {};
  const documents: Document[] = [];
  let timeMs = Number.NaN;
  let time = "";
  batch.metricsets.forEach((metricset, index) => {
    const service = metricset.service?.name || envelope.serviceName;
    const dataset = datasetOf(metricset, service);
    const measured = measuredText(metricset, dataset, options.form, refused);
    if (measured === undefined) return;
    const ms = Math.floor(metricset.timestamp / 1000);
    if (ms !== timeMs) {
      timeMs = ms;
      time = new Date(ms).toISOString();
    }
    documents.push({
      dataStream: dataStreamName(dataset, options.namespace),
      line: batch.lines[index] as number,
      source: `{"@timestamp":"${time}",${measured}${envelope.labels(metricset.tags)},${envelope.text(dataset, metricset.service)}}`,
    });
  });
  return { documents, refused };
}

/** `"metricset":…` and what was measured; undefined when nothing is left of it. */
function measuredText(
  metricset: Metricset,
  dataset: string,
  form: SampleForm,
  refused: Record<string, number>,
): string | undefined {
  if (metricset.transaction !== undefined) return breakdownText(metricset, form);
  const isInternal = dataset === INTERNAL_DATASET;
  const isListed = form === "metricset.samples";
  let samples = "";
  let left = 0;
  for (const name in metricset.samples) {
    const sample = metricset.samples[name] as Sample;
    if (sample.values !== undefined && sample.values.length !== sample.counts?.length) {
      refused.histogramLengths = (refused.histogramLengths ?? 0) + 1;
      left++;
    } else if (isListed) {
      samples += `${samples === "" ? "" : ","}{"name":${JSON.stringify(name)},${listedText(sample, isInternal)}}`;
    } else if (ENVELOPE_FIELDS.has(name)) {
      refused.reservedName = (refused.reservedName ?? 0) + 1;
      left++;
    } else {
      samples += `,${JSON.stringify(name)}:${fieldText(sample, isInternal)}`;
    }
  }
  if (samples === "" && left > 0) return undefined;
  const span = spanText(metricset.span, "");
  return isListed
    ? `"metricset":{"name":"app","samples":[${samples}]}${span}`
    : `"metricset":{"name":"app"}${span}${samples}`;
}

/** SRV-45: whole numbers, cut; nothing else of the samples is kept. */
function breakdownText({ samples, transaction, span }: Metricset, form: SampleForm): string {
  const count = Math.trunc(samples["span.self_time.count"]?.value ?? 0);
  const sumUs = Math.trunc(Math.trunc((samples["span.self_time.sum.us"]?.value ?? 0) * 1000) / 1000);
  const sum = form === "fields" ? `"sum":{"us":${sumUs}}` : `"sum.us":${sumUs}`;
  const selfTime = count > 0 ? `"self_time":{"count":${count},${sum}}` : "";
  const transactionFields = [textField("name", transaction?.name), textField("type", transaction?.type)];
  return `"metricset":{"name":"span_breakdown"},"transaction":{${present(transactionFields)}}${spanText(span, selfTime)}`;
}

function spanText(span: Metricset["span"], selfTime: string): string {
  const fields = present([textField("type", span?.type), textField("subtype", span?.subtype), selfTime]);
  return fields === "" ? "" : `,"span":{${fields}}`;
}

function textField(name: string, value: string | null | undefined): string {
  return value ? `"${name}":${JSON.stringify(value)}` : "";
}

function present(fields: readonly string[]): string {
  return fields.filter((field) => field !== "").join(",");
}

/** SRV-43, SRV-61: only a sample of type histogram keeps its buckets, and internal streams know no types. */
function listedText(sample: Sample, isInternal: boolean): string {
  if (isInternal) return `"value":${sample.value ?? 0}`;
  const type = textField("type", sample.type);
  const unit = textField("unit", sample.unit);
  const value = sample.type === "histogram" ? bucketsText(sample) : `"value":${sample.value ?? 0}`;
  return `${type === "" ? "" : `${type},`}${unit === "" ? "" : `${unit},`}${value}`;
}

function fieldText(sample: Sample, isInternal: boolean): string {
  return sample.type === "histogram" && !isInternal ? `{${bucketsText(sample)}}` : String(sample.value ?? 0);
}

function bucketsText({ values = [], counts = [] }: Sample): string {
  return `"values":[${values.join()}],"counts":[${counts.join()}]`;
}
