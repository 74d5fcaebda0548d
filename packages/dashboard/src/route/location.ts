/** The page's state lives in the URL's hash: `#/services/shop?from=now-15m`, so every view can be shared and reloaded. */

/** Where the page is: the part of its URL after `#`. */
export interface Location {
  /** Decoded path segments: `["services", "shop"]`. */
  path: readonly string[];
  parameters: URLSearchParams;
}

/** Reads a hash; anything that is not `#/…` is the start page. */
export function parseHash(hash: string): Location {
  const text = hash.startsWith("#/") ? hash.slice(2) : "";
  const cut = text.indexOf("?");
  const pathText = cut < 0 ? text : text.slice(0, cut);
  const path = pathText.split("/").filter(Boolean).map(decode);
  return { path, parameters: new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1)) };
}

/** A broken percent sequence stays as it was typed. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The inverse of {@link parseHash}. */
export function formatHash(path: readonly string[], parameters: URLSearchParams): string {
  const query = parameters.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${query === "" ? "" : `?${query}`}`;
}

/** Changes to parameters: undefined or empty removes, an array sets several. */
export type Changes = Record<string, string | readonly string[] | undefined>;

/** Applies `changes` to a copy of `parameters`. */
export function changeParameters(parameters: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const [key, value] of Object.entries(changes)) {
    next.delete(key);
    if (value === undefined || value === "") continue;
    if (typeof value === "string") next.set(key, value);
    else for (const item of value) next.append(key, item);
  }
  return next;
}

/** Parameters that follow the user from page to page. */
const SHARED = ["from", "to", "at"];

/** The address of a page that keeps the time range of `current`. */
export function linkTo(path: readonly string[], current: URLSearchParams, changes: Changes = {}): string {
  const kept = new URLSearchParams();
  for (const key of SHARED) {
    const value = current.get(key);
    if (value !== null) kept.set(key, value);
  }
  return formatHash(path, changeParameters(kept, changes));
}
