import { isLoopback } from "./endpoint.js";

/**
 * The proxy for a server, by `HTTPS_PROXY`, else `HTTP_PROXY`, in either case and whatever the server's scheme (W-71); `undefined`: connect directly,
 * always so for a server on this machine and one covered by `NO_PROXY`; `null`: a proxy is named that cannot be used, so nothing may be sent.
 */
export function proxyFor(server: URL, env: NodeJS.ProcessEnv): URL | null | undefined {
  const named = env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy;
  if (!named || isLoopback(server.hostname) || isExcluded(server, env.NO_PROXY || env.no_proxy || "")) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(named) ? named : `http://${named}`;
  return isUsable(text) ? new URL(text) : null;
}

/** An http(s) URL whose user and password decode. */
function isUsable(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}

/** `NO_PROXY`: `*`, or a comma-separated list of host names, each covering its subdomains, with or without a port. */
function isExcluded(server: URL, list: string): boolean {
  const host = server.hostname.toLowerCase();
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  return list.split(",").some((item) => {
    const name = item.trim().toLowerCase();
    if (name === "") return false;
    if (name === "*") return true;
    const [domain, itemPort] = name.startsWith("[") ? [name, undefined] : (name.split(":", 2) as [string, string?]);
    if (itemPort !== undefined && itemPort !== port) return false;
    const suffix = domain.replace(/^\*?\./, "");
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}
