import type { Metadata } from "@tidegauge/protocol";

/** A server's version as numbers; a fourth part as in `8.0.0-alpha1` is kept as text. */
export type ServerVersion = readonly [major: number, minor: number, patch: number, suffix?: string];

/** `8.0.0-alpha1` → `[8, 0, 0, "alpha1"]`; missing or unreadable parts are 0 (W-56). `undefined` if it does not begin with a number. */
export function parseServerVersion(text: string): ServerVersion | undefined {
  const parts = text.trim().split(/[.-]/);
  if (!/^\d+$/.test(parts[0] as string)) return undefined;
  const number = (part: string | undefined): number => (part !== undefined && /^\d+$/.test(part) ? Number(part) : 0);
  const suffix = parts.slice(3).join(".");
  const version = [number(parts[0]), number(parts[1]), number(parts[2])] as const;
  return suffix === "" ? version : [...version, suffix];
}

/** Whether the server is at least this version; an unknown one counts as the newest (W-57). */
export function isAtLeast(version: ServerVersion | undefined, major: number, minor: number, patch: number): boolean {
  if (!version) return true;
  const difference = version[0] - major || version[1] - minor || version[2] - patch;
  return difference >= 0;
}

/**
 * The metadata as this server wants it (W-57): 8.7.0 refuses `activation_method`, and servers before 7.4.0 know only `system.hostname`.
 */
export function metadataFor(metadata: Metadata, version: ServerVersion | undefined): Metadata {
  if (!version) return metadata;
  let result = metadata;
  if (version[0] === 8 && version[1] === 7 && version[2] === 0) {
    const { activation_method: _, ...agent } = metadata.service.agent;
    result = { ...result, service: { ...metadata.service, agent } };
  }
  const hostname = metadata.system?.configured_hostname ?? metadata.system?.detected_hostname;
  if (!isAtLeast(version, 7, 4, 0) && hostname !== undefined) {
    result = { ...result, system: { ...metadata.system, hostname } };
  }
  return result;
}
