import { readFileSync, writeFileSync } from "node:fs";
import type { SampleForm } from "../documents/document.js";
import { COMPONENT_TEMPLATE, INDEX_TEMPLATE, TEMPLATE_NAME, TEMPLATE_VERSION } from "../documents/templates.js";
import { BULK_PATH } from "./bulk.js";
import type { NodeAnswer, SearchNodes } from "./search-nodes.js";

/** So often it is looked whether the templates are still there: without them a new index would get other mappings. */
const LOOK_AGAIN_MS = 60_000;

/** The nodes answered, but not as they must. */
export class TargetRefused extends Error {
  override readonly name = "TargetRefused";
}

/**
 * What stands behind the URL. Elasticsearch that brings its own `metrics-apm.*` templates unfolds `metricset.samples` itself, and nothing of it is touched;
 * OpenSearch, and an Elasticsearch without them, get our templates and documents with top-level fields. Nothing is sent before that is known, and after the
 * nodes were away it is looked again: they may have come back empty.
 */
export class Target {
  readonly #nodes: SearchNodes;
  readonly #file: string;
  #form: SampleForm | undefined;
  #knownAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  /** `file` remembers the form, so that a restart while the nodes are away loses nothing. */
  constructor(nodes: SearchNodes, file: string) {
    this.#nodes = nodes;
    this.#file = file;
    this.#form = remembered(file);
  }

  /** How documents are to be made; undefined until a node has answered for the first time. */
  get form(): SampleForm | undefined {
    return this.#form;
  }

  /** Sends the body of a bulk request, to a target that is prepared. Rejects with `NodesUnavailable` or `TargetRefused`. */
  async bulk(body: Buffer): Promise<NodeAnswer> {
    await this.prepare();
    try {
      return await this.#nodes.ask("POST", BULK_PATH, body, "application/x-ndjson");
    } catch (error) {
      this.#knownAtMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  /** Finds out what stands there and puts our templates where they are needed. Rejects with `NodesUnavailable` or `TargetRefused`. */
  prepare(): Promise<void> {
    if (Date.now() - this.#knownAtMs < LOOK_AGAIN_MS) return Promise.resolve();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const form = (await this.#hasOwnTemplates()) ? "metricset.samples" : "fields";
    if (form === "fields") await this.#putTemplates();
    if (form !== this.#form) writeFileSync(this.#file, JSON.stringify({ form }));
    this.#form = form;
    this.#knownAtMs = Date.now();
  }

  async #hasOwnTemplates(): Promise<boolean> {
    const found = await this.#nodes.ask("GET", "_index_template/metrics-apm.*");
    const isElastic = found.headers["x-elastic-product"] !== undefined;
    if (found.status === 401 || found.status === 403)
      throw refused(found, "its credentials, or they lack the privilege to read index templates");
    // Only a clear answer will do: templates of ours must never get in the way of Elastic's.
    if (found.status === 404) return false;
    if (found.status !== 200) throw refused(found, "GET _index_template");
    return isElastic && templatesIn(found).length > 0;
  }

  /** An edited template stays as it is, as long as it keeps its version. */
  async #putTemplates(): Promise<void> {
    const found = await this.#nodes.ask("GET", `_index_template/${TEMPLATE_NAME}`);
    if (found.status === 200 && templatesIn(found)[0]?.index_template?.version === TEMPLATE_VERSION) return;
    await this.#put(`_component_template/${TEMPLATE_NAME}`, COMPONENT_TEMPLATE);
    await this.#put(`_index_template/${TEMPLATE_NAME}`, INDEX_TEMPLATE);
  }

  async #put(path: string, body: unknown): Promise<void> {
    const answer = await this.#nodes.ask("PUT", path, Buffer.from(JSON.stringify(body)));
    if (answer.status !== 200) throw refused(answer, `PUT ${path}`);
  }
}

interface Template {
  readonly index_template?: { version?: number };
}

function templatesIn({ text }: NodeAnswer): Template[] {
  try {
    const { index_templates = [] } = JSON.parse(text) as { index_templates?: Template[] };
    return index_templates;
  } catch {
    throw new TargetRefused(`what answers is no search node: ${text.slice(0, 100)}`);
  }
}

function refused({ status, text }: NodeAnswer, what: string): TargetRefused {
  return new TargetRefused(`the search node refused ${what}: HTTP ${status} ${text.slice(0, 300)}`);
}

function remembered(file: string): SampleForm | undefined {
  try {
    const { form } = JSON.parse(readFileSync(file, "utf8")) as { form: unknown };
    return form === "fields" || form === "metricset.samples" ? form : undefined;
  } catch {
    return undefined;
  }
}
