import { useEffect, useState } from "preact/hooks";

/** Code that is fetched when it is first needed, so that the first load stays small: neither field is set while it is on its way. */
export interface Later<T> {
  value?: T;
  failed?: boolean;
}

/** Loads once for each `load`, which must stay the same from one rendering to the next. */
export function useLater<T>(load: () => Promise<T>): Later<T> {
  const [state, setState] = useState<Later<T>>({});
  useEffect(() => {
    let left = false;
    load().then(
      (value) => !left && setState({ value }),
      () => !left && setState({ failed: true }),
    );
    return () => {
      left = true;
    };
  }, [load]);
  return state;
}

/** Said in place of what could not be fetched: after an update of the server, say. */
export const LATER_FAILED = "This part of the page could not be loaded. Reload to try again.";
