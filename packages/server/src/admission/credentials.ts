import { createHash, timingSafeEqual } from "node:crypto";

const EXPECTED = "expected 'Authorization: Bearer secret_token' or 'Authorization: ApiKey base64(API key ID:API key)'";

/** What a request's `Authorization` header amounts to. `message` is the 401's text (SRV-3). */
export type Verdict = { allowed: true } | { allowed: false; message: string; guess: boolean };

const ALLOWED: Verdict = { allowed: true };

/**
 * The secret token and API keys a client may show (SRV-1, SRV-2). Only digests are kept, so that a dump of this object holds no secret and a comparison
 * takes the same time whatever the length and content of what was sent.
 */
export class Credentials {
  /** False: nothing is configured, everybody is allowed. */
  readonly configured: boolean;
  readonly #token: Buffer | undefined;
  readonly #keys: Buffer[];

  /** `apiKeys` are `id:key`. */
  constructor(secretToken: string | undefined, apiKeys: readonly string[]) {
    this.#token = secretToken === undefined || secretToken === "" ? undefined : digest(secretToken);
    this.#keys = apiKeys.map((key) => digest(Buffer.from(key).toString("base64")));
    this.configured = this.#token !== undefined || this.#keys.length > 0;
  }

  /** Judges an `Authorization` header. */
  check(header: string | undefined): Verdict {
    if (!this.configured) return ALLOWED;
    const space = header?.indexOf(" ") ?? -1;
    const value = space < 0 ? "" : (header as string).slice(space + 1).trim();
    if (header === undefined || value === "") {
      return {
        allowed: false,
        guess: false,
        message: `authentication failed: missing or improperly formatted Authorization header: ${EXPECTED}`,
      };
    }
    const scheme = header.slice(0, space);
    if (scheme === "Bearer" ? this.#isToken(value) : scheme === "ApiKey" && this.#isKey(value)) return ALLOWED;
    if (scheme === "Bearer" || scheme === "ApiKey") {
      return { allowed: false, guess: true, message: "authentication failed" };
    }
    return {
      allowed: false,
      guess: false,
      message: `authentication failed: unknown Authentication header ${scheme.slice(0, 64)}: ${EXPECTED}`,
    };
  }

  /** What a person may type into the page's login: the secret token, or an API key as `id:key` or in its base64 form. */
  checkLogin(value: string): boolean {
    const token = this.#isToken(value);
    const key = this.#isKey(value);
    return this.#isKey(Buffer.from(value).toString("base64")) || key || token;
  }

  #isToken(value: string): boolean {
    const token = this.#token;
    return token !== undefined && timingSafeEqual(digest(value), token);
  }

  #isKey(value: string): boolean {
    const sent = digest(value);
    let found = false;
    // All keys are compared, so that the time tells nothing about which one matched.
    for (const key of this.#keys) found = timingSafeEqual(sent, key) || found;
    return found;
  }
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
