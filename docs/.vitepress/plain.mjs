/**
 * A markdown-it plugin that keeps pages plain Markdown, as GitHub shows them: VitePress would compile them as Vue
 * templates, in which `<name>` is an element and `{{ }}` an expression. Comments are left out; the
 * anchors of the API reference stay.
 *
 * @param {import("markdown-it")} markdown
 */
export function plainMarkdown(markdown) {
  const { rules } = markdown.renderer;
  const literal = (text) => markdown.utils.escapeHtml(text).replaceAll("{{", "&#123;&#123;");
  const isComment = (text) => /^\s*<!--.*-->\s*$/s.test(text);
  const isAnchor = (text) => /^\s*(<a id="[^"]*">|<\/a>)+\s*$/.test(text);
  const html = (text) => (isComment(text) ? "" : isAnchor(text) ? text : literal(text));
  rules.text = (tokens, index) => literal(tokens[index].content);
  rules.html_inline = (tokens, index) => html(tokens[index].content);
  rules.html_block = (tokens, index) => html(tokens[index].content);
}
