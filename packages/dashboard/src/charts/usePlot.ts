import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Marker } from "./frame.js";
import type uPlot from "./uplot.js";

/** The chart takes the focus although it is an image to screen readers: the arrow keys move its cursor. */
export const FOCUSABLE = { tabIndex: 0 } as const;

/** Without markers always the same list, so that nothing is drawn again for it. */
export const NO_MARKERS: readonly Marker[] = [];

/** What a plot is made of and shows. */
export interface PlotSource<Data> {
  /** Makes it in an element, in CSS pixels. Asked again only when one of `structure` changes: new data goes into the present plot. */
  make(element: HTMLElement, width: number): uPlot;
  structure: readonly unknown[];
  height: number;
  data: Data;
  /** The data as uPlot takes it. */
  columns(data: Data): uPlot.AlignedData;
  markers: readonly Marker[];
}

/** The life of a plot: made in `host`, as wide as it, fed with new data, drawn again for new markers, destroyed with it. */
export function usePlot<Data>({ make, structure, height, data, columns, markers }: PlotSource<Data>): {
  host: RefObject<HTMLDivElement | null>;
  plot: { readonly current: uPlot | undefined };
} {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = make(element, element.clientWidth || 300);
    plot.current = made;
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, structure);

  const drawn = useRef<Data | undefined>(undefined);
  useEffect(() => {
    if (drawn.current !== data) plot.current?.setData(columns(data));
    drawn.current = data;
  });
  useEffect(() => plot.current?.redraw(false), [markers]);
  return { host, plot };
}
