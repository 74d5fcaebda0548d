import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: true });

/**
 * The anchor of a heading, as GitHub makes it: lower case, spaces become dashes, other punctuation is left out. The book
 * uses the same, so that a link to it holds in both.
 *
 * @param {string} text the heading's text without marks
 */
export const anchorOf = (text) =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");

/** What a page consists of. @param {string} source @returns {import("markdown-it").Token[]} */
export const tokensOf = (source) => markdown.parse(source, {});

/**
 * The anchors of a page's headings; a repeated one is numbered.
 *
 * @param {import("markdown-it").Token[]} tokens
 * @returns {Set<string>}
 */
export function anchorsOf(tokens) {
  const anchors = new Set();
  for (const [index, token] of tokens.entries()) {
    if (token.type !== "heading_open") continue;
    const text = tokens[index + 1].children
      .filter(({ type }) => type === "text" || type === "code_inline")
      .map(({ content }) => content)
      .join("");
    const anchor = anchorOf(text);
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}
