import { createHash, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

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

  /** Starts a session for who sent these headers; the value of its `Set-Cookie` header. */
  start(headers: IncomingHttpHeaders, nowMs: number): string {
    const id = randomBytes(32).toString("base64url");
    for (const [key, expiry] of this.#expiries) {
      if (expiry > nowMs && this.#expiries.size < MAX_SESSIONS) break;
      this.#expiries.delete(key);
    }
    this.#expiries.set(digest(id), nowMs + LIFETIME_MS);
    return this.#cookie(headers, id, LIFETIME_MS / 1000);
  }

  /** Do these headers name a live session? */
  check(headers: IncomingHttpHeaders, nowMs: number): boolean {
    const id = read(headers);
    if (id === undefined) return false;
    return (this.#expiries.get(digest(id)) ?? 0) > nowMs;
  }

  /** Ends the session that these headers name; the value of the `Set-Cookie` header that removes the cookie. */
  end(headers: IncomingHttpHeaders): string {
    const id = read(headers);
    if (id !== undefined) this.#expiries.delete(digest(id));
    return this.#cookie(headers, "", 0);
  }

  #cookie(headers: IncomingHttpHeaders, id: string, maxAgeS: number): string {
    const secure = this.#secure ? "; Secure" : "";
    return `${nameFor(headers)}=${id}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
  }
}

/** A browser sends a cookie to every port of a host: without the address in its name, two servers on one host would log each other out. */
function nameFor({ host = "" }: IncomingHttpHeaders): string {
  return `${COOKIE}_${createHash("sha256").update(host).digest("hex").slice(0, 8)}`;
}

function read(headers: IncomingHttpHeaders): string | undefined {
  const name = nameFor(headers);
  for (const part of headers.cookie?.split(";") ?? []) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

function digest(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
