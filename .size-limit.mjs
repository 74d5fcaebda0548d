import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const from = (path) => fileURLToPath(new URL(path, import.meta.url));

const DASHBOARD = "packages/server/dashboard";
const ASSETS = readdirSync(from(`${DASHBOARD}/assets`));

/** A file of the built page and all that it imports at once, with their styles. */
function withImports(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const [name] = file.split(/-[\w-]{8}\.js$/);
  for (const asset of ASSETS) if (asset.startsWith(`${name}-`) && asset.endsWith(".css")) seen.add(asset);
  const code = readFileSync(from(`${DASHBOARD}/assets/${file}`), "utf8");
  for (const [, imported] of code.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) withImports(imported, seen);
  return seen;
}

/** What a browser loads for a page that is the first to be opened: what the HTML names, and that page's own. */
function firstLoad(page) {
  const html = readFileSync(from(`${DASHBOARD}/index.html`), "utf8");
  const named = [...html.matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)].map(([, file]) => file);
  const own = ASSETS.find((file) => file.startsWith(`${page}-`) && file.endsWith(".js"));
  const files = new Set(named.filter((file) => file.endsWith(".css")));
  for (const file of [...named.filter((each) => each.endsWith(".js")), own]) withImports(file, files);
  return [`${DASHBOARD}/index.html`, ...[...files].map((file) => `${DASHBOARD}/assets/${file}`)];
}

/** What npm unpacks for who installs the agent: it and the protocol. */
const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
const unpacked = ["packages/protocol", "packages/agent"].flatMap((folder) => {
  const [{ files }] = JSON.parse(spawnSync("npm", pack, { cwd: from(folder), encoding: "utf8" }).stdout);
  return files.map(({ path }) => `${folder}/${path}`);
});

export default [
  ...["ServicesPage", "ServicePage", "ExplorePage", "ConfigPage", "HealthPage"].map((page) => ({
    name: `first load, ${page}`,
    path: firstLoad(page),
    gzip: true,
    limit: "60 kB",
  })),
  {
    name: "agent and protocol, unpacked",
    path: unpacked,
    gzip: false,
    brotli: false,
    limit: "600 kB",
  },
];
