import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./client.js";
import { Loader } from "./loader.js";

/** What a panel knows about its data. `data` stays while newer data is on its way and after a failed refresh. */
export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  retry(): void;
}

interface State<T> {
  key?: string;
  data?: T | undefined;
  error?: ApiError | undefined;
}

/**
 * Loads `load(signal)` for `key`, again whenever `tick` changes. A new key drops the old data only when the new
 * arrives, and ends the old request; a tick never does, so a slow server is waited for. `key` undefined: nothing yet.
 */
export function useResource<T>(
  key: string | undefined,
  tick: number,
  load: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [state, setState] = useState<State<T>>({});
  const loadRef = useRef(load);
  loadRef.current = load;
  const loader = useRef<Loader<T> | undefined>(undefined);
  const lastTick = useRef(tick);

  useEffect(() => {
    if (key === undefined) return;
    const made = new Loader<T>({
      load: (signal) => loadRef.current(signal),
      onData: (data) => setState({ key, data, error: undefined }),
      onError: (error) => {
        const told = error instanceof ApiError ? error : new ApiError(0, "unexpected", "The answer cannot be shown.");
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error: told }));
      },
      // A server that restarts comes back by itself; a bad query does not get better by asking again.
      retries: (error) => error instanceof ApiError && (error.status === 0 || error.status >= 500),
    });
    loader.current = made;
    made.run();
    return () => {
      made.stop();
      loader.current = undefined;
    };
  }, [key]);

  useEffect(() => {
    if (lastTick.current === tick) return;
    lastTick.current = tick;
    loader.current?.run();
  }, [tick]);

  return {
    data: state.data,
    error: state.error,
    loading: key !== undefined && state.key !== key,
    retry: () => loader.current?.run(),
  };
}
