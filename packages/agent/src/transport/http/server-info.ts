import type { Logger } from "../../logging/logger.js";
import { parseServerVersion, type ServerVersion } from "../../metadata/server-version.js";
import type { Endpoint } from "./endpoint.js";
import type { Answer, Sender } from "./sender.js";

/** Asks the server for its version, once (W-36, W-55). Any failure leaves it unknown, which is no reason for more than a debug line (W-56). */
export async function askServerVersion(
  endpoint: Endpoint,
  sender: Sender,
  timeoutMs: number,
  logger: Logger,
): Promise<ServerVersion | undefined> {
  try {
    const answer = await sender.send({ method: "GET", url: endpoint.base, headers: endpoint.headers, timeoutMs });
    const version = versionIn(answer);
    logger.debug(`server version: ${version ? version.join(".") : "unknown"}`);
    return version;
  } catch (error) {
    logger.debug(`server version: unknown (${String(error)})`);
    return undefined;
  }
}

/** `undefined` if the answer names no version, as for an anonymous client. */
function versionIn(answer: Answer): ServerVersion | undefined {
  if (answer.status < 200 || answer.status >= 300) return undefined;
  try {
    const info: unknown = JSON.parse(answer.body);
    // Very old servers wrap it.
    const { version } = ((info as { ok?: unknown }).ok ?? info) as { version?: unknown };
    return typeof version === "string" ? parseServerVersion(version) : undefined;
  } catch {
    return undefined;
  }
}
