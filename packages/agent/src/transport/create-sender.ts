import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import type { Clock } from "./clock.js";
import type { Endpoint } from "./endpoint.js";
import { NodeSender } from "./node-sender.js";
import { proxyFor } from "./proxy.js";
import { NO_PROXY_CLIENT, type Sender, sendError } from "./sender.js";
import { tlsSettings } from "./tls.js";

/** The sender for this server: direct, or through the proxy that the environment names (W-71). */
export function createSender(endpoint: Endpoint, config: Config, logger: Logger, clock: Clock): Sender {
  const tls = tlsSettings(config.values, logger);
  const proxy = proxyFor(endpoint.base, process.env);
  if (proxy === null) return unusableProxy(logger);
  if (proxy === undefined) return new NodeSender(tls, clock);
  const { ProxySender } = require("./proxy-sender.js") as typeof import("./proxy-sender.js");
  return new ProxySender({ proxy, target: endpoint.base, tls, logger });
}

/** Sends nothing: going to the server directly could break a rule that the proxy is there for (W-71). */
function unusableProxy(logger: Logger): Sender {
  const problem =
    "the environment names a proxy that is not an http or https URL (HTTPS_PROXY, HTTP_PROXY): correct it, or put the server into NO_PROXY; nothing is sent";
  logger.error(problem);
  return { send: () => Promise.reject(sendError(NO_PROXY_CLIENT, problem)), close: () => {} };
}
