/**
 * One thing that a page tells its reader to do.
 *
 * @typedef {{ kind: "terminal" } | { kind: "type", text: string } | { kind: "write", file: string, text: string }} Step
 */

/**
 * Reads a page as a person does: "In a second terminal" opens one, "Write this to `x`" names the file that the next block
 * is, an `sh` block is typed.
 *
 * @param {string} page Markdown
 * @returns {Step[]} from the first heading or line that is given to its end
 * @throws {Error} at a block that nobody could tell what to do with
 */
export function readSteps(page) {
  const steps = [];
  let prose = "";
  for (const part of page.split(/^(```\w*\n.*?^```)$/ms)) {
    const [, language, text] = /^```(\w*)\n(.*)```$/s.exec(part) ?? [];
    if (language === undefined) {
      prose = part.replaceAll(/<!--.*?-->/gs, ""); // notes for other readers
      if (/\bin a (second|third|fourth) terminal\b/i.test(prose)) steps.push({ kind: "terminal" });
    } else if (language === "sh") steps.push({ kind: "type", text: text.trim() });
    else {
      const file = /write this to `([^`]+)`:\s*$/i.exec(prose)?.[1];
      if (file === undefined) throw new Error(`the page does not say where this goes:\n${text}`);
      steps.push({ kind: "write", file, text });
    }
  }
  return steps;
}

/**
 * The part of a page between two headings.
 *
 * @param {string} page @param {string} from heading, without its hashes @param {string} [to] the next one that is left out
 * @returns {string}
 */
export function section(page, from, to) {
  const start = page.indexOf(`\n## ${from}`);
  const end = to === undefined ? page.length : page.indexOf(`\n## ${to}`, start);
  if (start < 0 || end < 0) throw new Error(`the page has no heading ${start < 0 ? from : to}`);
  return page.slice(start, end);
}
