import { useState } from "preact/hooks";
import type { ChartSeries } from "./data.js";

/** Which series of a chart its legend has switched off. */
export interface Visibility {
  hidden: ReadonlySet<string>;
  toggle(id: string): void;
  isolate(id: string): void;
}

/** Which series the user hid. Isolating the only shown one shows all again. */
export function useHidden(series: readonly ChartSeries[]): Visibility {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isHidden = (candidate: ChartSeries) => chosen.get(candidate.id) ?? candidate.startsHidden ?? false;
  const hidden = new Set(series.filter(isHidden).map(({ id }) => id));
  return {
    hidden,
    toggle: (id) => setChosen(new Map(chosen).set(id, !hidden.has(id))),
    isolate: (id) => {
      const alone = !hidden.has(id) && hidden.size === series.length - 1;
      setChosen(new Map(series.map((candidate) => [candidate.id, alone ? false : candidate.id !== id])));
    },
  };
}
