import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "./client.js";

/** What a panel knows about its data. `data` stays while newer data is on its way and after a failed refresh. */
export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  retry(): void;
}

/**
 * Loads `load(signal)` whenever `key` or `tick` changes. A new key drops the old data only when the new arrives; an
 * older answer never replaces a newer one. `key` undefined: nothing is loaded yet.
 */
export function useResource<T>(
  key: string | undefined,
  tick: number,
  load: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [state, setState] = useState<{ key?: string; data?: T | undefined; error?: ApiError | undefined }>({});
  const [attempt, setAttempt] = useState(0);
  const loadRef = useRef(load);
  loadRef.current = load;

  useEffect(() => {
    if (key === undefined) return;
    const controller = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    loadRef
      .current(controller.signal)
      .then((data) => {
        if (!controller.signal.aborted) setState({ key, data, error: undefined });
      })
      .catch((error: ApiError) => {
        if (controller.signal.aborted) return;
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error }));
        // A server that restarts comes back by itself; a bad query does not get better by asking again.
        if (error.status === 0 || error.status >= 500) again = setTimeout(() => setAttempt((n) => n + 1), 4000);
      });
    return () => {
      controller.abort();
      clearTimeout(again);
    };
  }, [key, tick, attempt]);

  return {
    data: state.data,
    error: state.error,
    loading: key !== undefined && state.key !== key,
    retry: () => setAttempt((n) => n + 1),
  };
}
