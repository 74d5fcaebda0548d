import type { ConfigValues } from "../../config/option-types.js";
import { AGENT_VERSION } from "../../metadata/agent-version.js";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"]);

/** The server's addresses and the headers every request of the agent carries (W-1 … W-6). */
export class Endpoint {
  /** `<server_url>/`, with a slash at its end and without credentials. */
  readonly base: URL;
  readonly events: URL;
  readonly config: URL;
  /** The server runs on this machine, by the name in its URL (W-42). */
  readonly loopback: boolean;
  /** Authorization, if any, User-Agent and Accept. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(values: ConfigValues) {
    const base = new URL(values.serverUrl);
    const authorization = authorizationOf(values, base);
    base.username = "";
    base.password = "";
    base.search = "";
    base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    this.base = base;
    this.events = new URL("intake/v2/events", base);
    this.config = new URL("config/v1/agents", base);
    this.loopback = isLoopback(base.hostname);
    this.headers = {
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      "User-Agent": userAgent(values.serviceName, values.serviceVersion),
      Accept: "application/json",
    };
  }
}

/** Whether a host name, as in a URL, is one of the names of this machine (W-42). */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.has(hostname.replace(/^\[|\]$/g, "").toLowerCase());
}

/** The API key wins over the token (W-5); a user and password in the URL are only used without both. */
function authorizationOf(values: ConfigValues, url: URL): string | undefined {
  if (values.apiKey) return `ApiKey ${values.apiKey}`;
  if (values.secretToken) return `Bearer ${values.secretToken}`;
  if (!url.username && !url.password) return undefined;
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** `apm-agent-nodejs/1.0.0 (my-app 1.2.3) tidegauge` (W-6, §7.12). */
export function userAgent(serviceName: string, serviceVersion: string | undefined): string {
  const service = serviceVersion ? `${serviceName} ${serviceVersion}` : serviceName;
  return `apm-agent-nodejs/${AGENT_VERSION} (${comment(service)}) tidegauge`;
}

/** Only what an HTTP comment may contain; a header value is sent as Latin-1. */
function comment(text: string): string {
  return text.replace(/[^\t\x20-\x27\x2a-\x5b\x5d-\x7e\x80-\xff]/g, "_");
}
