import { useEffect, useState } from "preact/hooks";
import { type Changes, changeParameters, formatHash, type Location, parseHash } from "./location.js";

let isHeld: ((hash: string) => boolean) | undefined;

/**
 * Has `holds` judge every new hash before the page follows it; true: the page stays, and `holds` has put the address back.
 * Returns the way to end that.
 */
export function holdLocation(holds: (hash: string) => boolean): () => void {
  isHeld = holds;
  return () => {
    isHeld = undefined;
  };
}

/** The current location; renders again when it changes. */
export function useLocation(): Location {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const read = () => {
      const next = window.location.hash;
      if (!isHeld?.(next)) setHash(next);
    };
    window.addEventListener("hashchange", read);
    window.addEventListener("popstate", read);
    read();
    return () => {
      window.removeEventListener("hashchange", read);
      window.removeEventListener("popstate", read);
    };
  }, []);
  return parseHash(hash);
}

/**
 * Changes parameters of the current page. `replace` makes no entry in the history: for typing and toggles, where Back
 * should leave the page and not undo each key.
 */
export function setParameters(changes: Changes, replace = false): void {
  const { path, parameters } = parseHash(window.location.hash);
  const hash = formatHash(path, changeParameters(parameters, changes));
  if (replace) window.history.replaceState(null, "", hash);
  else window.history.pushState(null, "", hash);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
