import { useEffect, useState } from "preact/hooks";

/** A number that grows every `seconds` while the tab is shown. */
export function useSeconds(seconds: number): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTick((value) => value + 1);
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return tick;
}
