import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PanelLoading } from "../panels/Panel.js";

/** A page whose code is fetched when it is first opened, so that the first load stays small. */
export function LazyPage({ load }: { load(): Promise<ComponentType> }) {
  // A function in a state would be called by it, so the component is wrapped.
  const [page, setPage] = useState<{ Page?: ComponentType; failed?: boolean }>({});
  useEffect(() => {
    let left = false;
    load().then(
      (Page) => !left && setPage({ Page }),
      () => !left && setPage({ failed: true }),
    );
    return () => {
      left = true;
    };
  }, [load]);
  if (page.failed) return <p role="alert">This part of the page could not be loaded. Reload to try again.</p>;
  return page.Page === undefined ? <PanelLoading /> : <page.Page />;
}
