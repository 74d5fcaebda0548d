import { useResource } from "../api/useResource.js";
import type { Marker } from "../charts/frame.js";
import type { Scope } from "../panels/load.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { PanelError, PanelLoading } from "../panels/Panel.js";
import type { PanelSpec } from "../panels/spec.js";
import { setParameters } from "../route/useLocation.js";
import { queryTimes, type TimeRange } from "../time/range.js";
import { breakdownShares, loadBreakdown } from "./breakdown.js";
import { LatencyPanel } from "./LatencyPanel.js";
import { throughputPanel } from "./panels.js";
import { SpanTable } from "./SpanTable.js";
import { loadTransactions } from "./summary.js";
import { TransactionTable } from "./TransactionTable.js";

export interface TransactionSectionProps {
  scope: Omit<Scope, "from" | "to">;
  range: TimeRange;
  tick: number;
  /** The chosen transaction, undefined for all. */
  transaction: string | undefined;
  /** When the first transactions were reported, undefined if the service reports none. */
  firstSeenMs: number | undefined;
  hasBreakdown: boolean;
  markers: readonly Marker[];
}

/** What the service does for its callers: throughput, latency, where the time goes, and the transactions to choose from. */
export function TransactionSection(props: TransactionSectionProps) {
  const { scope, range, tick, transaction, firstSeenMs, hasBreakdown, markers } = props;
  const hasDurations = firstSeenMs !== undefined;
  const query = { ...scope, ...queryTimes(range) };
  const table = useResource(hasDurations ? JSON.stringify(["transactions", query]) : undefined, tick, (signal) =>
    loadTransactions(query, firstSeenMs ?? 0, signal),
  );
  const breakdownSpec: PanelSpec = {
    id: "breakdown",
    title: "Time spent by span type",
    section: "Custom metrics",
    description: "Share of self time: what the transactions did, and what they waited for.",
    stacked: true,
    lines: [],
  };
  return (
    <section class="section" aria-labelledby="section-transactions">
      <h2 id="section-transactions">
        {transaction === undefined ? (
          <>
            Transactions <span class="section-source">and the breakdown of their time by span type</span>
          </>
        ) : (
          <>Transaction {transaction || "(unnamed)"}</>
        )}
        {transaction !== undefined && (
          <button type="button" class="chip" onClick={() => setParameters({ transaction: undefined })}>
            Show all
          </button>
        )}
      </h2>
      <div class="grid">
        {hasDurations && (
          <MetricPanel spec={throughputPanel(transaction)} scope={scope} range={range} tick={tick} markers={markers} />
        )}
        {hasDurations && (
          <LatencyPanel transaction={transaction} scope={scope} range={range} tick={tick} markers={markers} />
        )}
        {hasBreakdown && (
          <MetricPanel
            spec={breakdownSpec}
            scope={{ ...scope }}
            range={range}
            tick={tick}
            markers={markers}
            sourceKey={transaction ?? ""}
            load={async (full, signal) => breakdownShares(await loadBreakdown(full, transaction, signal))}
          />
        )}
      </div>
      {hasBreakdown && transaction !== undefined && <SpanTable scope={query} transaction={transaction} tick={tick} />}
      {hasDurations &&
        (table.data ? (
          <TransactionTable
            rows={table.data}
            chosen={transaction}
            onChoose={(name) => setParameters({ transaction: name })}
          />
        ) : table.error ? (
          <PanelError error={table.error} onRetry={table.retry} />
        ) : (
          <PanelLoading />
        ))}
    </section>
  );
}
