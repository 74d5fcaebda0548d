import { hostname } from "node:os";
import type { Metadata, Metricset, Sample, WireLabelValue } from "@tidegauge/protocol";
import { labelKey } from "../output/label-key.js";
import type { Batch } from "../output/output.js";
import { dataStreamName, datasetOf, INTERNAL_DATASET } from "./data-stream.js";
import { type Fields, metadataFields } from "./metadata-fields.js";

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
  readonly fields: Fields;
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
 * Makes the documents of a batch, in the order of its metricsets, as a real APM Server writes them (server-intake.md §8.6). A histogram whose values and counts
 * differ in number is left out, since the search node would refuse the whole document for it (D-SRV-3).
 */
export function documentsOf(batch: Batch, options: DocumentOptions): Documents {
  const base = metadataFields(batch.metadata, batch.clientAddress);
  const observer = { hostname: hostname(), type: "apm-server", version: options.observerVersion };
  const refused: Record<string, number> = {};
  const documents: Document[] = [];
  batch.metricsets.forEach((whole, index) => {
    const metricset = withoutUneven(whole, refused);
    if (metricset === undefined) return;
    const service = serviceOf(base.service as Fields, metricset.service);
    const dataset = datasetOf(metricset, String(service.name ?? ""));
    documents.push({
      dataStream: dataStreamName(dataset, options.namespace),
      line: batch.lines[index] as number,
      // What was measured comes first: a metric called as a field of the envelope must not replace it.
      fields: {
        ...measured(metricset, dataset, options.form),
        "@timestamp": new Date(Math.floor(metricset.timestamp / 1000)).toISOString(),
        processor: { event: "metric" },
        data_stream: { type: "metrics", dataset, namespace: options.namespace },
        observer,
        ...base,
        service,
        ...labelFields(batch.metadata, metricset),
      },
    });
  });
  return { documents, refused };
}

/** The metricset without histograms of uneven parts; undefined when nothing is left. Most have none and are given back as they are. */
function withoutUneven(metricset: Metricset, refused: Record<string, number>): Metricset | undefined {
  let samples: Record<string, Sample> | undefined;
  for (const [name, { values, counts }] of Object.entries(metricset.samples)) {
    if (values === undefined || values.length === counts?.length) continue;
    samples ??= { ...metricset.samples };
    delete samples[name];
    refused.histogramLengths = (refused.histogramLengths ?? 0) + 1;
  }
  if (samples === undefined) return metricset;
  return Object.keys(samples).length === 0 ? undefined : { ...metricset, samples };
}

/** A name or version in the metricset replaces both of the metadata's (SRV-46). */
function serviceOf(service: Fields, own: Metricset["service"]): Fields {
  if (own === undefined || (!own.name && !own.version)) return service;
  const { version: _replaced, ...rest } = service;
  return { ...rest, ...(own.name ? { name: own.name } : {}), ...(own.version ? { version: own.version } : {}) };
}

/** `labels` for texts and booleans, `numeric_labels` for numbers, the event's laid over the metadata's of the same kind (SRV-44). */
function labelFields(metadata: Metadata, metricset: Metricset): Fields {
  // Without a prototype: `__proto__` is a legal key.
  const labels: Record<string, string> = Object.create(null);
  const numeric: Record<string, number> = Object.create(null);
  const take = (set: Record<string, WireLabelValue> | undefined): void => {
    for (const [key, value] of Object.entries(set ?? {})) {
      if (typeof value === "number") numeric[labelKey(key)] = value;
      else if (value !== null && value !== undefined) labels[labelKey(key)] = String(value);
    }
  };
  take(metadata.labels);
  take(metricset.tags);
  const fields: Fields = {};
  if (Object.keys(labels).length > 0) fields.labels = labels;
  if (Object.keys(numeric).length > 0) fields.numeric_labels = numeric;
  return fields;
}

function measured(metricset: Metricset, dataset: string, form: SampleForm): Fields {
  if (metricset.transaction !== undefined) return breakdown(metricset, form);
  const isInternal = dataset === INTERNAL_DATASET;
  const fields: Fields = Object.assign(Object.create(null), spanFields(metricset.span));
  if (form === "fields") {
    for (const [name, sample] of Object.entries(metricset.samples)) fields[name] = fieldValue(sample, isInternal);
    fields.metricset = { name: "app" };
  } else {
    const samples = Object.entries(metricset.samples).map(([name, sample]) => listedSample(name, sample, isInternal));
    fields.metricset = { name: "app", samples };
  }
  return fields;
}

/** SRV-45: whole numbers, cut; nothing else of the samples is kept. */
function breakdown(metricset: Metricset, form: SampleForm): Fields {
  const fields = spanFields(metricset.span);
  const count = Math.trunc(metricset.samples["span.self_time.count"]?.value ?? 0);
  const sumUs = Math.trunc(Math.trunc((metricset.samples["span.self_time.sum.us"]?.value ?? 0) * 1000) / 1000);
  if (count > 0) {
    const sum = form === "fields" ? { sum: { us: sumUs } } : { "sum.us": sumUs };
    fields.span = { ...(fields.span as Fields | undefined), self_time: { count, ...sum } };
  }
  const { name, type } = metricset.transaction ?? {};
  fields.transaction = { ...(name ? { name } : {}), ...(type ? { type } : {}) };
  fields.metricset = { name: "span_breakdown" };
  return fields;
}

function spanFields(span: Metricset["span"]): Fields {
  if (span === undefined || (!span.type && !span.subtype)) return {};
  return { span: { ...(span.type ? { type: span.type } : {}), ...(span.subtype ? { subtype: span.subtype } : {}) } };
}

/** SRV-43, SRV-61: only a sample of type histogram keeps its buckets, and internal streams know no types. */
function listedSample(name: string, sample: Sample, isInternal: boolean): Fields {
  if (isInternal) return { name, value: sample.value ?? 0 };
  const listed: Fields = { name };
  if (sample.type !== undefined) listed.type = sample.type;
  if (sample.unit !== undefined) listed.unit = sample.unit;
  if (sample.type === "histogram") {
    listed.values = sample.values ?? [];
    listed.counts = sample.counts ?? [];
  } else listed.value = sample.value ?? 0;
  return listed;
}

function fieldValue(sample: Sample, isInternal: boolean): unknown {
  if (sample.type === "histogram" && !isInternal) return { values: sample.values ?? [], counts: sample.counts ?? [] };
  return sample.value ?? 0;
}
