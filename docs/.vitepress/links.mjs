import { posix, relative } from "node:path";
import { address, ROOT } from "../book.mjs";

const ELSEWHERE = /^([a-z]+:|#|\/)/i;

/**
 * A markdown-it plugin. In the repository a link is relative to the file it stands in, so that it works on GitHub; pages
 * of the book have other addresses. A link to a page becomes one to its address; a link to a file that is no page (a
 * result of a benchmark, the licence) becomes its plain text, since the book is shown without the repository.
 *
 * @param {import("markdown-it")} markdown
 * @param {{ isPage: (path: string) => boolean }} options
 */
export function linksOfTheRepository(markdown, { isPage }) {
  markdown.core.ruler.push("links-of-the-repository", ({ tokens, env }) => {
    const source = relative(ROOT, env.realPath ?? env.path);
    for (const { children } of tokens) {
      let isDropped = false;
      for (const token of children ?? []) {
        if (token.type === "link_close" && isDropped) {
          Object.assign(token, { type: "text", content: "", nesting: 0 });
          isDropped = false;
        }
        if (token.type !== "link_open") continue;
        const href = token.attrGet("href");
        if (ELSEWHERE.test(href)) continue;
        const target = pageOf(source, href, isPage);
        if (target !== undefined) token.attrSet("href", target);
        else {
          Object.assign(token, { type: "text", content: "", nesting: 0 });
          isDropped = true;
        }
      }
    }
  });
}

/** The address in the book that `href`, written in the file `source`, leads to; undefined if that is no page. */
function pageOf(source, href, isPage) {
  const [path, anchor] = href.split("#");
  const file = posix.normalize(posix.join(posix.dirname(source), decodeURIComponent(path))).replace(/\/$/, "");
  const page = [file, `${file}/README.md`, `${file}/index.md`].find(isPage);
  if (page === undefined) return file === "README.md" ? "/" : undefined;
  return `/${address(page)}${anchor === undefined ? "" : `#${anchor}`}`;
}
