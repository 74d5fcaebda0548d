import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import { address, INDEX, pages, parts, ROOT, titleOf } from "../book.mjs";
import { anchorOf } from "../headings.mjs";
import { linksOfTheRepository } from "./links.mjs";
import { plainMarkdown } from "./plain.mjs";

const exists = (page) => existsSync(join(ROOT, page));
const shown = pages().filter(exists);
const link = (page) => `/${address(page).replace(/(index)?\.md$/, "")}`;

/** A gauge with its water line; in the page, so that no file is asked for. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="6" y="1" width="4" height="14" rx="1" fill="#888"/><path d="M0 10q2-2 4 0t4 0 4 0 4 0v5H0z" fill="#2f7fd0" fill-opacity=".85"/></svg>';

/** VitePress finds pages by patterns; everything that is no page of the book is left out. */
const isPage = new Set(shown);

/** Pages above docs/ are compiled to modules that import Vue, which only docs/node_modules has. */
const vueForPagesAbove = {
  name: "tidegauge-vue-for-pages-above",
  enforce: "pre",
  resolveId(id, importer, { ssr }) {
    if (!/^vue(\/|$)/.test(id) || importer === undefined) return undefined;
    if (ssr) return { id, external: true };
    return this.resolve(id, join(ROOT, INDEX), { skipSelf: true });
  },
};

export default defineConfig({
  title: "Tidegauge",
  description: "Metrics for Node.js services in the Elastic APM world: agent, server and page",
  lang: "en",
  // Where the book is published below a path, TIDEGAUGE_BOOK_BASE says so, with slashes at both ends.
  base: process.env.TIDEGAUGE_BOOK_BASE ?? "/",
  srcDir: "..",
  srcExclude: [
    "**/.*/**",
    "packages/**",
    "conformance/**",
    "bench/**",
    "scripts/**",
    "README.md",
    "examples/node_modules/**",
  ],
  head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  outDir: ".vitepress/dist",
  cacheDir: ".cache/vitepress",
  rewrites: (page) => address(page),
  cleanUrls: false,
  vite: {
    plugins: [vueForPagesAbove],
    build: { chunkSizeWarningLimit: 2000 },
  },
  markdown: {
    anchor: { slugify: anchorOf },
    config: (markdown) => {
      markdown.use(plainMarkdown);
      markdown.use(linksOfTheRepository, { isPage: (page) => isPage.has(page) });
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Quick start", link: link("docs/quick-start.md") },
      { text: "Configuration", link: link("docs/configuration.md") },
      { text: "Query API", link: link("docs/query-api.md") },
      { text: "API reference", link: link("docs/reference/README.md") },
    ],
    sidebar: parts().map(({ title, closed, pages: ofPart }) => ({
      text: title,
      collapsed: closed,
      items: ofPart.filter(exists).map((page) => ({ text: titleOf(page), link: link(page) })),
    })),
    docFooter: { prev: "Before", next: "Next" },
  },
});
