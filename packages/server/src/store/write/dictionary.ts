import type { Metadata, Metricset, Sample } from "@tidegauge/protocol";
import { labelText, overriddenSender, type Sender, senderOf } from "./identity.js";
import { type Meaning, meaningOf, type SeriesKind } from "./kind.js";

/** One row of a file's series dictionary. Rows never change; a series whose meaning changes is another series. */
export interface SeriesRow extends Sender {
  readonly id: number;
  readonly metric: string;
  readonly kind: SeriesKind;
  readonly inferred: boolean;
  readonly unit: string | null;
  /** JSON object with sorted keys and text values. */
  readonly labels: string;
  readonly transactionName: string | null;
  readonly transactionType: string | null;
  readonly spanType: string | null;
  readonly spanSubtype: string | null;
}

/** The labels and dimensions that the samples of a metricset share, and the ids of the series under them. */
export interface SeriesGroup {
  readonly sender: Sender;
  readonly labels: string;
  readonly metricset: Pick<SeriesRow, "transactionName" | "transactionType" | "spanType" | "spanSubtype">;
  readonly ids: Map<string, SeriesId[]>;
}

interface SeriesId {
  readonly id: number;
  readonly meaning: Meaning;
  readonly unit: string | null;
}

/** A process that sends, and its groups of series. */
export interface ProcessEntry {
  readonly sender: Sender;
  /** By the label text as it came, so that the usual case is one lookup. */
  readonly asSent: Map<string, SeriesGroup>;
  readonly canonical: Map<string, SeriesGroup>;
}

const NO_DIMENSIONS = { transactionName: null, transactionType: null, spanType: null, spanSubtype: null };

/**
 * The series of the open file, on the main thread: gives every sample its series id. New rows wait in `unsaved` until a commit that carried them
 * succeeded; a failed commit loses none.
 */
export class SeriesDictionary {
  readonly #processes = new Map<string, ProcessEntry>();
  #nextId = 0;
  /** Rows that no successful commit has carried yet, oldest first. */
  unsaved: SeriesRow[] = [];

  /** Number of series in the open file. */
  get size(): number {
    return this.#nextId;
  }

  /** The commit that carried the first `count` unsaved rows succeeded. */
  saved(count: number): void {
    this.unsaved = this.unsaved.slice(count);
  }

  /** The process of a batch. Look it up once a batch; `group` needs it. */
  process(sender: Sender, globalLabels: Metadata["labels"]): ProcessEntry {
    const key = JSON.stringify([sender, globalLabels]);
    let entry = this.#processes.get(key);
    if (entry === undefined) {
      entry = { sender, asSent: new Map(), canonical: new Map() };
      this.#processes.set(key, entry);
    }
    return entry;
  }

  /** The group of series of a metricset. */
  group(batchProcess: ProcessEntry, metadata: Metadata, metricset: Metricset): SeriesGroup {
    const { tags, transaction, span, service } = metricset;
    let entry = batchProcess;
    if (service) entry = this.process(overriddenSender(senderOf(metadata), service), metadata.labels);
    const asSent = transaction || span ? JSON.stringify([tags, transaction, span]) : tags ? JSON.stringify(tags) : "";
    let group = entry.asSent.get(asSent);
    if (group !== undefined) return group;
    const dimensions = transaction
      ? {
          transactionName: transaction.name ?? "",
          transactionType: transaction.type ?? "",
          spanType: span?.type ?? "",
          spanSubtype: span?.subtype ?? "",
        }
      : NO_DIMENSIONS;
    const labels = labelText(metadata.labels, tags);
    const canonical = JSON.stringify([labels, dimensions]);
    group = entry.canonical.get(canonical);
    if (group === undefined) {
      group = { sender: entry.sender, labels, metricset: dimensions, ids: new Map() };
      entry.canonical.set(canonical, group);
    }
    entry.asSent.set(asSent, group);
    return group;
  }

  /** The series id of a sample within its group. */
  seriesId(group: SeriesGroup, name: string, sample: Sample, fromTidegauge: boolean): number {
    const meaning = meaningOf(name, sample, fromTidegauge, group.sender.agentName);
    const unit = sample.unit ?? null;
    let known = group.ids.get(name);
    if (known === undefined) {
      known = [];
      group.ids.set(name, known);
    }
    for (const series of known) if (series.meaning === meaning && series.unit === unit) return series.id;
    const id = this.#nextId++;
    known.push({ id, meaning, unit });
    this.unsaved.push({
      ...group.sender,
      ...group.metricset,
      id,
      metric: name,
      kind: meaning.kind,
      inferred: meaning.inferred,
      unit,
      labels: group.labels,
    });
    return id;
  }
}
