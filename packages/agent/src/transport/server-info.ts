import { parseServerVersion, type ServerVersion } from "../metadata/server-version.js";
import type { Answer } from "./sender.js";

/** The version in the answer to the server information request (W-55, W-56); `undefined` if it names none, as for an anonymous client. */
export function versionIn(answer: Answer): ServerVersion | undefined {
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
