import { MAX_KEYWORD_LENGTH } from "../limits.js";

/** Nothing in here needs an escape in JSON: the common case of names and labels, written without a scan by JSON.stringify. */
const PLAIN = /^[\u0020\u0021\u0023-\u005b\u005d-\u007e]*$/;

/** `text` as a JSON string with its quotes; lone surrogates come out escaped, so the bytes are always valid UTF-8. */
export function quote(text: string): string {
  return text.length < 128 && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** `text` cut to 1024 code points, the last one then `…`; never inside a surrogate pair (W-16, REG-28). */
export function truncate(text: string): string {
  if (text.length <= MAX_KEYWORD_LENGTH) return text;
  let units = 0;
  for (let points = 0; points < MAX_KEYWORD_LENGTH - 1; points++)
    units += (text.codePointAt(units) as number) > 0xffff ? 2 : 1;
  const last = units + ((text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1);
  return last >= text.length ? text : `${text.slice(0, units)}…`;
}
