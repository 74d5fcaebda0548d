/** What every panel with data offers. */
export interface PanelActionsProps {
  /** Of the panel. */
  title: string;
  /** Where "Explore" leads, undefined for no link. */
  exploreHref: string | undefined;
  /** The values are shown as a table now. */
  asTable: boolean;
  onTable(): void;
}

/** The way to the explorer, and the switch between chart and table. */
export function PanelActions({ title, exploreHref, asTable, onTable }: PanelActionsProps) {
  return (
    <>
      {exploreHref !== undefined && (
        <a class="icon-button small" href={exploreHref} title="Explore this metric">
          <span class="visually-hidden">Explore {title}</span>
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path class="icon-line" d="M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM10.6 10.6 14 14" />
          </svg>
        </a>
      )}
      <button
        type="button"
        class="icon-button small"
        aria-pressed={asTable}
        title={asTable ? "Show the chart" : "Show the values as a table"}
        aria-label={`${title}: values as a table`}
        onClick={onTable}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path class="icon-line" d="M2 3h12v10H2zM2 6.5h12M2 9.8h12M6 3v10" />
        </svg>
      </button>
    </>
  );
}
