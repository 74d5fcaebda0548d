/** What stands in the place of a secret (CFG-31). */
export const REDACTED = "[REDACTED]";

/** Takes the given secrets, as they are and percent-encoded, out of any text; also the password of any URL in it (CFG-31). */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const needles = [
    // A secret this short would turn up inside ordinary words and numbers.
    ...new Set(
      secrets.filter((secret) => secret.length >= 4).flatMap((secret) => [secret, encodeURIComponent(secret)]),
    ),
  ].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const needle of needles) clean = clean.replaceAll(needle, REDACTED);
    return redactUrlPassword(clean);
  };
}

/** `http://user:password@host` → `http://user:[REDACTED]@host`, anywhere in the text. A password may hold `@` and `:`; it ends at the last `@` before the path. Schemes are short, so that a long text is read once. */
export function redactUrlPassword(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]*):[^\s/]+@/gi, `$1:${REDACTED}@`);
}
