import { hostname } from "node:os";
import type { Metadata, Metricset, WireLabelValue } from "@tidegauge/protocol";
import { labelKey } from "../../output/label-key.js";
import type { Batch } from "../../output/output.js";
import type { DocumentOptions } from "./document.js";
import { type Fields, metadataFields } from "./metadata-fields.js";

/** The fields a document may have beside its samples. No metric may be called so where samples are fields: it would take the place of one. */
export const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  ...["@timestamp", "agent", "cloud", "container", "data_stream", "host", "kubernetes", "labels", "metricset"],
  ...["network", "numeric_labels", "observer", "process", "processor", "service", "span", "transaction", "user"],
]);

/** What the documents of one batch share, as JSON text that is made once. */
export class Envelope {
  /** The sender's service, from the metadata. */
  readonly serviceName: string;
  readonly #namespace: string;
  readonly #service: Fields;
  readonly #globalLabels: Metadata["labels"];
  /** Everything of the metadata but service and labels, the observer and the processor. */
  readonly #constant: string;
  readonly #plainLabels: string;
  /** By dataset, with the metadata's own service. */
  readonly #texts = new Map<string, string>();

  constructor({ metadata, clientAddress }: Batch, { namespace, observerVersion }: DocumentOptions) {
    const { service, ...others } = metadataFields(metadata, clientAddress);
    this.serviceName = metadata.service.name;
    this.#namespace = namespace;
    this.#service = service as Fields;
    this.#globalLabels = metadata.labels;
    const observer = { hostname: hostname(), type: "apm-server", version: observerVersion };
    this.#constant = JSON.stringify({ processor: { event: "metric" }, observer, ...others }).slice(1, -1);
    this.#plainLabels = labelsText(metadata.labels, undefined);
  }

  /** `"data_stream":…,"service":…` and all of the metadata but labels. */
  text(dataset: string, service: Metricset["service"]): string {
    if (service?.name || service?.version) return this.#made(dataset, replaced(this.#service, service));
    let text = this.#texts.get(dataset);
    if (text === undefined) {
      text = this.#made(dataset, this.#service);
      this.#texts.set(dataset, text);
    }
    return text;
  }

  /** `,"labels":…,"numeric_labels":…`, or nothing: the event's laid over the metadata's of the same kind (SRV-44). */
  labels(tags: Metricset["tags"]): string {
    if (tags === undefined) return this.#plainLabels;
    return labelsText(this.#globalLabels, tags);
  }

  #made(dataset: string, service: Fields): string {
    const dataStream = { type: "metrics", dataset, namespace: this.#namespace };
    return `"data_stream":${JSON.stringify(dataStream)},"service":${JSON.stringify(service)},${this.#constant}`;
  }
}

/** A name or version in the metricset replaces both of the metadata's (SRV-46). */
function replaced(service: Fields, { name, version }: NonNullable<Metricset["service"]>): Fields {
  const { version: _replaced, ...rest } = service;
  return { ...rest, ...(name ? { name } : {}), ...(version ? { version } : {}) };
}

type Labels = Record<string, WireLabelValue> | undefined;

/**
 * `labels` for texts and booleans, `numeric_labels` for numbers. Keys that become equal are one label, so they are gathered first,
 * without a prototype: `__proto__` is a legal key.
 */
function labelsText(globals: Labels, own: Labels): string {
  let texts: Record<string, string> | undefined;
  let numbers: Record<string, number> | undefined;
  for (const labels of [globals, own]) {
    for (const key in labels) {
      const value = labels[key];
      if (typeof value === "number") {
        numbers ??= Object.create(null) as Record<string, number>;
        numbers[labelKey(key)] = value;
      } else if (value !== null && value !== undefined) {
        texts ??= Object.create(null) as Record<string, string>;
        texts[labelKey(key)] = String(value);
      }
    }
  }
  const labels = texts === undefined ? "" : `,"labels":${JSON.stringify(texts)}`;
  return numbers === undefined ? labels : `${labels},"numeric_labels":${JSON.stringify(numbers)}`;
}
