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
