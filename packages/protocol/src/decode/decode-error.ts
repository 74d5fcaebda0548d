/** What kind of rule an event, or the whole stream, broke. The server counts by it. */
export type DecodeErrorKind = "decode" | "validation" | "tooLarge" | "unknownType" | "stream";

/**
 * Why a line was not accepted. A value, not an exception: decoding never throws. `message` reads like APM Server's (SRV-25): `decode error: …` for JSON
 * of the wrong shape, `validation error: …` for a broken rule.
 */
export class DecodeError {
  readonly kind: DecodeErrorKind;
  readonly message: string;

  constructor(kind: DecodeErrorKind, message: string) {
    this.kind = kind;
    this.message = message;
  }
}

/** The JSON is malformed, or a field has the wrong type. `where` is the path of the field. */
export function wrongShape(where: string, expected: string): DecodeError {
  return new DecodeError("decode", `decode error: data read error: ${where}: ${expected}`);
}

/** A rule of the schema is broken. `detail` starts with the path of the object. */
export function brokenRule(detail: string): DecodeError {
  return new DecodeError("validation", `validation error: ${detail}`);
}
