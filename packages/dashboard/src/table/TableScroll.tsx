import type { ComponentChildren } from "preact";

/** What scrolls must be reachable by keyboard. */
const FOCUSABLE = { tabIndex: 0 } as const;

export interface TableScrollProps {
  label: string;
  testId?: string;
  children: ComponentChildren;
}

/** A box in which a table wider than the page scrolls sideways. */
export function TableScroll({ label, testId, children }: TableScrollProps) {
  return (
    <section class="card table-scroll" aria-label={label} {...FOCUSABLE} {...(testId ? { "data-testid": testId } : {})}>
      {children}
    </section>
  );
}
