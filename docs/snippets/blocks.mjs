import { tokensOf } from "../headings.mjs";

/**
 * A fenced block of a page with what the comments before it say of how to run it.
 *
 * @typedef {object} Block
 * @property {string} page path of the page in the clone
 * @property {number} line of the fence, from 1
 * @property {string} language such as `js`; empty without one
 * @property {string} code
 * @property {string | undefined} before the block straight before this one, if it is a shell block: what answers it
 * @property {Readonly<Record<string, string>>} notes see NOTES
 */

/** What `<!-- snippet: <word> <text> -->` before a block may say; several may follow each other. */
const NOTES = {
  skip: "the block is not run, for the reason given; counted as skipped",
  continues: "the block goes on where the block before it in the same language ended, and runs together with it",
  file: "the block is written to the file named, for the blocks that follow, and not run by itself",
  before: "a shell command that makes what the block needs; may repeat",
  answers: "a JSON block: the address whose answer has the same shape",
  optional: "a JSON block: fields that a real answer may leave out, with commas",
};

const COMMENT = /<!--\s*snippets?:\s*(\w+)\s*([\s\S]*?)\s*-->/g;

/**
 * The blocks of a page. `<!-- snippets: skip <reason> -->` (plural) holds for all blocks after it.
 *
 * @param {string} page @param {string} source
 * @returns {Block[]}
 * @throws {Error} if a comment says something that is not in NOTES, or stands before no block
 */
export function blocksOf(page, source) {
  const blocks = [];
  let pending = {};
  let skipAll;
  let before;
  for (const token of tokensOf(source)) {
    const line = (token.map?.[0] ?? 0) + 1;
    if (token.type === "html_block") {
      for (const [comment, word, text] of token.content.matchAll(COMMENT)) {
        if (NOTES[word] === undefined)
          throw new Error(`${page}:${line}: "${word}" is not one of ${Object.keys(NOTES)}`);
        if (/snippets:/.test(comment)) skipAll = text;
        else pending[word] = pending[word] === undefined ? text : `${pending[word]}\n${text}`;
      }
      continue;
    }
    if (token.type === "fence") {
      const language = token.info.trim().split(/\s/)[0];
      const notes = skipAll === undefined ? pending : { ...pending, skip: skipAll };
      blocks.push({ page, line, language, code: token.content, before, notes });
      before = language === "sh" ? token.content : undefined;
      pending = {};
      continue;
    }
    before = undefined;
    if (Object.keys(pending).length > 0)
      throw new Error(`${page}:${line}: the comment on a snippet stands before none`);
  }
  return blocks;
}
