import type { Config } from "../../config/config.js";
import type { Logger } from "../../logging/logger.js";
import type { Clock } from "../clock.js";
import type { Endpoint } from "./endpoint.js";
import type { NodeSender } from "./node-sender.js";
import { NO_PROXY_CLIENT, type Sender, sendError } from "./sender.js";
import type { TlsSettings } from "./tls.js";

const PLAIN: TlsSettings = { verify: true };
const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/** The sender for this server: direct, or through the proxy that the environment names (W-71). */
export function createSender(endpoint: Endpoint, config: Config, logger: Logger, clock: Clock): Sender {
  const tls = endpoint.base.protocol === "https:" ? tlsOf(config, logger) : PLAIN;
  const proxy = PROXY_VARIABLES.some((name) => process.env[name]) ? proxyOf(endpoint) : undefined;
  if (proxy === null) return unusableProxy(logger);
  if (proxy === undefined) return directSender(tls, clock);
  const { ProxySender } = require("./proxy-sender.js") as typeof import("./proxy-sender.js");
  return new ProxySender({ proxy, target: endpoint.base, tls, logger });
}

// Most agents send in clear to a server near by, and through no proxy.
const tlsOf = (config: Config, logger: Logger): TlsSettings =>
  (require("./tls.js") as typeof import("./tls.js")).tlsSettings(config.values, logger);
const proxyOf = ({ base }: Endpoint): URL | null | undefined =>
  (require("./proxy.js") as typeof import("./proxy.js")).proxyFor(base, process.env);

/** Loaded with the first request, which leaves after the application's start. */
function directSender(tls: TlsSettings, clock: Clock): Sender {
  let sender: NodeSender | undefined;
  return {
    send: (request) => {
      sender ??= loadDirectSender(tls, clock);
      return sender.send(request);
    },
    close: () => sender?.close(),
  };
}

function loadDirectSender(tls: TlsSettings, clock: Clock): NodeSender {
  // In two steps: the compiler drops the parentheses of `new (require(…)).NodeSender(…)`.
  const { NodeSender } = require("./node-sender.js") as typeof import("./node-sender.js");
  return new NodeSender(tls, clock);
}

/** Sends nothing: going to the server directly could break a rule that the proxy is there for (W-71). */
function unusableProxy(logger: Logger): Sender {
  const problem =
    "the environment names a proxy that is not an http or https URL (HTTPS_PROXY, HTTP_PROXY): correct it, or put the server into NO_PROXY; nothing is sent";
  logger.error(problem);
  return { send: () => Promise.reject(sendError(NO_PROXY_CLIENT, problem)), close: () => {} };
}
