import { MAX_KEYWORD_LENGTH, type Metadata, type Metricset, type Sample } from "@tidegauge/protocol";
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
  /** Text that each of its rows carries beside the metric's name. */
  readonly rowCharacters: number;
  /** Text of all its rows. */
  characters: number;
}

interface SeriesId {
  readonly id: number;
  readonly meaning: Meaning;
  readonly unit: string | null;
}

/** A process that sends, and its groups of series. */
export interface ProcessEntry {
  readonly sender: Sender;
  readonly senderCharacters: number;
  /** By the label text as it came, so that the usual case is one lookup. */
  readonly asSent: Map<string, SeriesGroup>;
  asSentCharacters: number;
  readonly canonical: Map<string, SeriesGroup>;
  canonicalCharacters: number;
}

const NO_DIMENSIONS = { transactionName: null, transactionType: null, spanType: null, spanSubtype: null };
/** In place of a series id: the sample's text is longer than is kept. */
export const TOO_LONG = -1;
/** Series that the next commit may bring into the dictionary: each takes about 1 KB here, many times as much as its point. */
const MAX_WAITING_SERIES = 500_000;
/** Text of those series: each row goes to the thread with its own copy of labels and sender. */
const MAX_WAITING_CHARACTERS = 128 * 1024 * 1024;
/** Text of the rows of one group. Each row has a copy of labels and sender: one event of 300 KB could ask for gigabytes. */
const MAX_GROUP_CHARACTERS = 4 * 1024 * 1024;
/** Text of the new rows of one batch: hundreds of such groups fit in a body of a few kilobytes, and a batch goes into one commit whole. */
const MAX_BATCH_CHARACTERS = 16 * 1024 * 1024;
/** Spellings of label sets that are remembered of a process, as multiples of the text of its label sets. */
const SPELLINGS = 4;
const SPELLINGS_CHARACTERS = 4096;

/**
 * The series of the open file, on the main thread: gives every sample its series id. New rows wait in `unsaved` until a commit that carried them
 * succeeded; a failed commit loses none.
 */
export class SeriesDictionary {
  readonly #processes = new Map<string, ProcessEntry>();
  #nextId = 0;
  #groups = 0;
  /** What `unsavedCharacters` may come to by the batch that is being added. */
  #batchEnd = MAX_BATCH_CHARACTERS;
  /** Rows that no successful commit has carried yet, oldest first. */
  unsaved: SeriesRow[] = [];
  /** Their text. */
  unsavedCharacters = 0;
  /** Text that is held here. */
  characters = 0;

  /** Number of series in the open file, or of label sets where more of them were seen. */
  get size(): number {
    return Math.max(this.#nextId, this.#groups);
  }

  /** So much of it waits for a commit that nothing may join it. */
  get isCrowded(): boolean {
    return this.unsaved.length >= MAX_WAITING_SERIES || this.unsavedCharacters >= MAX_WAITING_CHARACTERS;
  }

  /** The commit that carried the first `count` unsaved rows, of so much text, succeeded. */
  saved(count: number, characters: number): void {
    this.unsaved = this.unsaved.slice(count);
    this.unsavedCharacters -= characters;
  }

  /** The process of a batch, whose samples follow: `group` needs it. */
  beginBatch(sender: Sender, globalLabels: Metadata["labels"]): ProcessEntry {
    this.#batchEnd = this.unsavedCharacters + MAX_BATCH_CHARACTERS;
    return this.process(sender, globalLabels);
  }

  /** The entry of a process. */
  process(sender: Sender, globalLabels: Metadata["labels"]): ProcessEntry {
    const key = JSON.stringify([sender, globalLabels]);
    let entry = this.#processes.get(key);
    if (entry === undefined) {
      entry = {
        sender,
        senderCharacters: lengthOf(sender),
        asSent: new Map(),
        asSentCharacters: 0,
        canonical: new Map(),
        canonicalCharacters: 0,
      };
      this.#processes.set(key, entry);
      this.characters += key.length + entry.senderCharacters;
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
    // A label text begins with a brace, never with a bracket.
    const canonical = transaction ? JSON.stringify([labels, ...Object.values(dimensions)]) : labels;
    group = entry.canonical.get(canonical);
    if (group === undefined) {
      const rowCharacters = entry.senderCharacters + labels.length + lengthOf(dimensions);
      group = { sender: entry.sender, labels, metricset: dimensions, ids: new Map(), rowCharacters, characters: 0 };
      entry.canonical.set(canonical, group);
      const characters = canonical === labels ? labels.length : canonical.length + labels.length;
      entry.canonicalCharacters += characters;
      this.characters += characters;
      this.#groups++;
    }
    this.#rememberSpelling(entry, asSent, group);
    return group;
  }

  /** Labels come in the order their sender chose: few orders are usual, forty thousand of eight labels possible. */
  #rememberSpelling(entry: ProcessEntry, asSent: string, group: SeriesGroup): void {
    if (entry.asSentCharacters > SPELLINGS * entry.canonicalCharacters + SPELLINGS_CHARACTERS) {
      entry.asSent.clear();
      this.characters -= entry.asSentCharacters;
      entry.asSentCharacters = 0;
    }
    entry.asSent.set(asSent, group);
    entry.asSentCharacters += asSent.length;
    this.characters += asSent.length;
  }

  /** The series id of a sample within its group, or `TOO_LONG`. */
  seriesId(group: SeriesGroup, name: string, sample: Sample, fromTidegauge: boolean): number {
    const meaning = meaningOf(name, sample, fromTidegauge, group.sender.agentName);
    const unit = sample.unit ?? null;
    const known = group.ids.get(name);
    if (known !== undefined) {
      for (const series of known) if (series.meaning === meaning && series.unit === unit) return series.id;
    }
    const characters = name.length + (unit?.length ?? 0) + group.rowCharacters;
    if (name.length > MAX_KEYWORD_LENGTH || (unit !== null && unit.length > MAX_KEYWORD_LENGTH)) return TOO_LONG;
    if (group.characters + characters > MAX_GROUP_CHARACTERS) return TOO_LONG;
    if (this.unsavedCharacters + characters > this.#batchEnd) return TOO_LONG;
    const id = this.#nextId++;
    if (known === undefined) group.ids.set(name, [{ id, meaning, unit }]);
    else known.push({ id, meaning, unit });
    group.characters += characters;
    this.unsavedCharacters += characters;
    this.characters += name.length + (unit?.length ?? 0);
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

/** Text in the cells of a row. */
function lengthOf(cells: object): number {
  let length = 0;
  for (const cell of Object.values(cells) as (string | null)[]) length += cell?.length ?? 0;
  return length;
}
