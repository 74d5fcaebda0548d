import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The clone: pages are named by their path in it, such as `docs/server.md`. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The parts of the book in the order in which a newcomer reads them, each with its pages: a path, or a pattern for all
 * that match it. A page of docs/ in no part, and a path without a page, are errors of the link check.
 */
const PARTS = [
  { title: "Start", pages: ["docs/quick-start.md", "docs/metric-sets.md", "docs/custom-metrics.md"] },
  { title: "Metrics of other libraries", pages: ["docs/prometheus.md", "docs/opentelemetry.md"] },
  {
    title: "Where the time goes",
    pages: ["docs/breakdown.md", "docs/manual-api.md", "docs/supported-libraries.md", "docs/opentelemetry-tracing.md"],
  },
  { title: "In production", pages: ["docs/reliability.md", "docs/security.md", "docs/apm-server.md"] },
  {
    title: "Server",
    pages: [
      "docs/server.md",
      "docs/agents.md",
      "docs/dashboard.md",
      "docs/query-api.md",
      "docs/storage.md",
      "docs/elasticsearch.md",
      "docs/command-line.md",
    ],
  },
  { title: "Configuration", pages: ["docs/configuration.md"] },
  {
    title: "Coming from",
    pages: [
      "docs/migration/elastic-apm-node.md",
      "docs/migration/python-agent.md",
      "docs/migration/prom-client.md",
      "docs/migration/opentelemetry.md",
    ],
  },
  { title: "Questions", pages: ["docs/troubleshooting.md", "docs/performance.md"] },
  { title: "Examples", pages: ["examples/README.md", "examples/*/README.md"], closed: true },
  { title: "Specification", pages: ["docs/specification/README.md", "docs/specification/*.md"], closed: true },
  { title: "API reference", pages: ["docs/reference/README.md", "docs/reference/**/*.md"], closed: true },
  { title: "The project", pages: ["ARCHITECTURE.md", "CONTRIBUTING.md"], closed: true },
];

/** The first page; by this name GitHub shows it for the folder. */
export const INDEX = "docs/README.md";

/**
 * @returns {{ title: string, closed: boolean, pages: string[] }[]} the parts with patterns resolved; a page is in the
 *   first part that names it
 */
export function parts() {
  const seen = new Set([INDEX]);
  return PARTS.map(({ title, pages, closed = false }) => {
    const found = pages.flatMap((page) => (page.includes("*") ? matching(page) : [page]));
    return { title, closed, pages: found.filter((page) => !seen.has(page) && seen.add(page)) };
  });
}

/** All pages, the first one first. @returns {string[]} */
export const pages = () => [INDEX, ...parts().flatMap((part) => part.pages)];

/** Where a page stands in the book, such as `server.md`; `specification/index.md` for the page of a folder. */
export const address = (page) =>
  page
    .replace(/^docs\//, "")
    .replace(/(^|\/)README\.md$/, "$1index.md")
    .replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase());

/** The first heading of a page, without its marks. @param {string} page */
export function titleOf(page) {
  const heading = /^# (.+)$/m.exec(readFileSync(join(ROOT, page), "utf8"));
  if (heading === null) throw new Error(`${page} has no heading`);
  return heading[1].replaceAll("`", "");
}

/**
 * The files that match a pattern of one folder and, below it, `*` for a name and `**` for any folders.
 *
 * @param {string} pattern such as `docs/specification/*.md`
 * @returns {string[]} by their path in the clone, in alphabetical order
 */
export function matching(pattern) {
  const [, folder, rest] = /^([^*]*)\/(.*)$/.exec(pattern);
  const source = rest
    .replaceAll(".", "\\.")
    .replaceAll("**/", "(.+/)?")
    .replace(/(?<!\))\*/g, "[^/]+");
  const files = [...filesBelow(folder, rest.split("/").length + (rest.includes("**") ? 9 : 0))];
  return files
    .filter((file) => new RegExp(`^${folder}/${source}$`).test(file))
    .sort((a, b) => a.localeCompare(b, "en"));
}

function* filesBelow(folder, depth) {
  if (depth === 0 || !existsSync(join(ROOT, folder))) return;
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield path;
    else if (entry.name !== "node_modules") yield* filesBelow(path, depth - 1);
  }
}
