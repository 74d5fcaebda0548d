import type { SampleForm } from "./document.js";
import type { NodeAnswer, SearchNodes } from "./search-nodes.js";
import { COMPONENT_TEMPLATE, INDEX_TEMPLATE, TEMPLATE_NAME } from "./templates.js";

/** The nodes answered, but not as they must. */
export class TargetRefused extends Error {
  override readonly name = "TargetRefused";
}

/**
 * Finds out what stands behind the URL and prepares it. Elasticsearch that brings its own `metrics-apm.*` templates unfolds `metricset.samples` itself, and
 * nothing of it is touched; OpenSearch, and an Elasticsearch without them, get our templates and documents with top-level fields. Rejects with
 * `NodesUnavailable` or `TargetRefused`.
 */
export async function prepareTarget(nodes: SearchNodes): Promise<SampleForm> {
  const found = await nodes.ask("GET", "_index_template/metrics-apm.*");
  if (found.status === 401 || found.status === 403) throw refused(found, "its credentials or their privileges");
  const isElastic = found.headers["x-elastic-product"] !== undefined;
  if (isElastic && found.status === 200 && templateNames(found).length > 0) return "metricset.samples";
  await put(nodes, `_component_template/${TEMPLATE_NAME}`, COMPONENT_TEMPLATE);
  await put(nodes, `_index_template/${TEMPLATE_NAME}`, INDEX_TEMPLATE);
  return "fields";
}

function templateNames({ text }: NodeAnswer): string[] {
  try {
    const { index_templates } = JSON.parse(text) as { index_templates?: { name: string }[] };
    return (index_templates ?? []).map(({ name }) => name);
  } catch {
    return [];
  }
}

async function put(nodes: SearchNodes, path: string, body: unknown): Promise<void> {
  const answer = await nodes.ask("PUT", path, Buffer.from(JSON.stringify(body)));
  if (answer.status !== 200) throw refused(answer, `PUT ${path}`);
}

function refused(answer: NodeAnswer, what: string): TargetRefused {
  return new TargetRefused(`the search node refused ${what}: HTTP ${answer.status} ${answer.text.slice(0, 300)}`);
}
