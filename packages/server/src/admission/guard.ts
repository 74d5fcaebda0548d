import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";

/** Why a request is turned away whatever its path, before credentials are looked at. */
export interface Refusal {
  readonly status: 403;
  readonly reason: "remote" | "host" | "origin";
  readonly message: string;
}

/** Who may talk to the server at all. */
export interface GuardOptions {
  /** A secret token or an API key is configured. */
  readonly credentialsConfigured: boolean;
  /** `--insecure`: serve everybody without credentials. */
  readonly insecure: boolean;
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Turns away what no agent and no page of ours sends:
 * without credentials, clients that are not on this machine, and names in `Host` that are not this machine's (a page of another site whose name was
 * rebound to 127.0.0.1); always, changing requests that a browser sends on behalf of another site.
 */
export function guard(request: IncomingMessage, options: GuardOptions): Refusal | undefined {
  if (!options.credentialsConfigured && !options.insecure) {
    if (!isLoopback(request.socket.remoteAddress)) {
      return {
        status: 403,
        reason: "remote",
        message:
          "forbidden request: without a secret token or an API key only this machine is served; set one, or start with --insecure",
      };
    }
    if (!isOwnName(request.headers.host)) {
      return {
        status: 403,
        reason: "host",
        message:
          "forbidden request: the Host header does not name this machine; set a secret token, or start with --insecure",
      };
    }
  }
  if (!SAFE_METHODS.has(request.method ?? "") && isForeignOrigin(request)) {
    return {
      status: 403,
      reason: "origin",
      message:
        "forbidden request: sent by a page of another site, or through a proxy that does not pass the Host header with its port",
    };
  }
  return undefined;
}

/** 127.0.0.0/8, ::1, and the former mapped into IPv6. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
  return plain === "::1" || plain === "localhost" || (isIP(plain) === 4 && plain.startsWith("127."));
}

/** HTTP/1.0 clients send no `Host`; browsers always do. An address is no name that could be rebound. */
function isOwnName(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, "").toLowerCase();
  if (name.startsWith("[") || isIP(name) !== 0) return true;
  return name === "localhost" || name.endsWith(".localhost") || name === hostname().toLowerCase();
}

/**
 * A browser says in `Sec-Fetch-Site` whose page it asks for; no page can set that header, and it holds whatever a proxy makes of `Host`. It is sent over
 * HTTPS and to loopback only, so a name rebound to this machine does not come with it. Elsewhere, and from old browsers, `Origin` has to be `Host`.
 */
function isForeignOrigin(request: IncomingMessage): boolean {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (site === "same-origin") return false;
  if (site === "same-site" || site === "cross-site") return true;
  if (origin === undefined) return false;
  try {
    return new URL(origin).host !== request.headers.host;
  } catch {
    return true; // "null": a sandboxed page, a file
  }
}
