import { useEffect, useRef, useState } from "preact/hooks";
import { parseHash } from "./location.js";
import { holdLocation } from "./useLocation.js";

/** Somebody is held on a page whose edits would be lost. */
export interface Hold {
  /** Where they were about to go, as the address' hash; undefined while they are not. */
  wanted: string | undefined;
  /** They stay after all. */
  stay(): void;
  /** They go there. */
  leave(): void;
}

const pageOf = (hash: string): string => parseHash(hash).path.join("/");

/**
 * While `active`, holds back every way to another page: links, Back and Forward, a typed address; the owner asks what is
 * wanted. Whoever closes the tab or reloads is asked by the browser. Other parameters of the same page are free.
 */
export function useHold(active: boolean): Hold {
  const [wanted, setWanted] = useState<string>();
  const leaving = useRef(false);

  useEffect(() => {
    if (!active) return;
    const here = window.location.hash;
    const holds = (hash: string) => !leaving.current && pageOf(hash) !== pageOf(here);
    const onClick = (event: MouseEvent) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const hash = event.target instanceof Element && event.target.closest('a[href^="#"]')?.getAttribute("href");
      if (!hash || !holds(hash)) return;
      event.preventDefault();
      setWanted(hash);
    };
    const letGo = holdLocation((hash) => {
      if (!holds(hash)) return false;
      // The address names again what is shown.
      window.history.pushState(null, "", here);
      setWanted(hash);
      return true;
    });
    const onUnload = (event: Event) => event.preventDefault();
    document.addEventListener("click", onClick, true);
    window.addEventListener("beforeunload", onUnload);
    return () => {
      letGo();
      document.removeEventListener("click", onClick, true);
      window.removeEventListener("beforeunload", onUnload);
    };
  }, [active]);

  return {
    wanted,
    stay: () => setWanted(undefined),
    leave: () => {
      if (wanted === undefined) return;
      leaving.current = true;
      window.location.hash = wanted;
    },
  };
}
