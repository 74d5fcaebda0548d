import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const from = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What a browser loads before it draws: the page and what it names. The other pages' files come when they are opened. */
const page = readFileSync(from("packages/server/dashboard/index.html"), "utf8");
const firstLoad = ["index.html", ...[...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file)];

/** What npm unpacks for who installs the agent: it and the protocol. */
const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
const unpacked = ["packages/protocol", "packages/agent"].flatMap((folder) => {
  const [{ files }] = JSON.parse(spawnSync("npm", pack, { cwd: from(folder), encoding: "utf8" }).stdout);
  return files.map(({ path }) => `${folder}/${path}`);
});

export default [
  {
    name: "page, first load",
    path: firstLoad.map((file) => `packages/server/dashboard/${file}`),
    gzip: true,
    limit: "60 kB",
  },
  {
    name: "agent and protocol, unpacked",
    path: unpacked,
    gzip: false,
    brotli: false,
    limit: "600 kB",
  },
];
