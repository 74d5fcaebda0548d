import { createHash, randomBytes } from "node:crypto";

const COOKIE = "tidegauge_session";
const LIFETIME_MS = 12 * 60 * 60 * 1000;
const MAX_SESSIONS = 1000;

/**
 * Sessions of the page: after a login the browser holds a random id in a cookie that scripts cannot read and other sites cannot send. Kept in memory;
 * a restart asks for the token again.
 */
export class Sessions {
  /** Digest of the id → expiry, epoch milliseconds; oldest first. A lookup by digest tells nothing about other ids by its time. */
  readonly #expiries = new Map<string, number>();
  readonly #secure: boolean;

  /** `secure`: the server itself speaks TLS, so the cookie is never sent in the clear. */
  constructor(secure: boolean) {
    this.#secure = secure;
  }

  /** Starts a session; the value of its `Set-Cookie` header. */
  start(nowMs: number): string {
    const id = randomBytes(32).toString("base64url");
    for (const [key, expiry] of this.#expiries) {
      if (expiry > nowMs && this.#expiries.size < MAX_SESSIONS) break;
      this.#expiries.delete(key);
    }
    this.#expiries.set(digest(id), nowMs + LIFETIME_MS);
    return this.#cookie(id, LIFETIME_MS / 1000);
  }

  /** Does this `Cookie` header name a live session? */
  check(header: string | undefined, nowMs: number): boolean {
    const id = read(header);
    if (id === undefined) return false;
    return (this.#expiries.get(digest(id)) ?? 0) > nowMs;
  }

  /** Ends the session of this `Cookie` header; the value of the `Set-Cookie` header that removes the cookie. */
  end(header: string | undefined): string {
    const id = read(header);
    if (id !== undefined) this.#expiries.delete(digest(id));
    return this.#cookie("", 0);
  }

  #cookie(id: string, maxAgeS: number): string {
    const secure = this.#secure ? "; Secure" : "";
    return `${COOKIE}=${id}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
  }
}

function read(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === COOKIE) return part.slice(equals + 1).trim();
  }
  return undefined;
}

function digest(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
