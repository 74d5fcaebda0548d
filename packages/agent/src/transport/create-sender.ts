import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import type { Clock } from "./clock.js";
import type { Endpoint } from "./endpoint.js";
import { NodeSender } from "./node-sender.js";
import { proxyFor } from "./proxy.js";
import { ProxySender } from "./proxy-sender.js";
import type { Sender } from "./sender.js";
import { tlsSettings } from "./tls.js";

/** The sender for this server: direct, or through the proxy that the environment names (W-71). */
export function createSender(endpoint: Endpoint, config: Config, logger: Logger, clock: Clock): Sender {
  const tls = tlsSettings(config.values, logger);
  const proxy = proxyFor(endpoint.base, process.env);
  return proxy ? new ProxySender({ proxy, target: endpoint.base, tls, logger }) : new NodeSender(tls, clock);
}
