import { useResource } from "../api/useResource.js";
import type { Marker } from "../charts/frame.js";
import { panelLink } from "../panels/exploreLink.js";
import type { Scope } from "../panels/load.js";
import { MetricPanel } from "../panels/MetricPanel.js";
import { NodesTogether } from "../panels/NodesTogether.js";
import { PanelError, PanelLoading } from "../panels/Panel.js";
import type { PanelSpec } from "../panels/spec.js";
import { setParameters, useLocation } from "../route/useLocation.js";
import { queryTimes, type TimeRange } from "../time/range.js";
import { breakdownShares, loadBreakdown, loadTransactionTimes } from "./breakdown.js";
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
  /** Each node by itself. */
  eachNode: boolean;
  /** When the first durations were reported, undefined if the service reports none. */
  firstSeenMs: number | undefined;
  /** When the first breakdown was reported, undefined if the service reports none. */
  breakdownSeenMs: number | undefined;
  markers: readonly Marker[];
}

/** What the service does for its callers: throughput, latency, where the time goes, and the transactions to choose from. */
export function TransactionSection(props: TransactionSectionProps) {
  const { scope, range, tick, transaction, eachNode, firstSeenMs, breakdownSeenMs, markers } = props;
  const { parameters } = useLocation();
  const hasDurations = firstSeenMs !== undefined;
  const hasBreakdown = breakdownSeenMs !== undefined;
  const throughput = throughputPanel(transaction, eachNode);
  const query = { ...scope, ...queryTimes(range) };
  const table = useResource(JSON.stringify(["transactions", query, hasDurations]), tick, (signal) =>
    hasDurations
      ? loadTransactions(query, firstSeenMs, signal)
      : loadTransactionTimes(query, breakdownSeenMs ?? 0, signal),
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
          <MetricPanel
            spec={throughput}
            scope={scope}
            range={range}
            tick={tick}
            markers={markers}
            exploreHref={panelLink(throughput, scope, parameters)}
          />
        )}
        {hasDurations && (
          <LatencyPanel
            transaction={transaction}
            eachNode={eachNode}
            scope={scope}
            range={range}
            tick={tick}
            markers={markers}
          />
        )}
        {hasBreakdown && (
          <MetricPanel
            spec={breakdownSpec}
            scope={{ ...scope }}
            range={range}
            tick={tick}
            markers={markers}
            action={eachNode && <NodesTogether />}
            sourceKey={transaction ?? ""}
            load={async (full, signal) => breakdownShares(await loadBreakdown(full, transaction, signal))}
          />
        )}
      </div>
      {hasBreakdown && transaction !== undefined && <SpanTable scope={query} transaction={transaction} tick={tick} />}
      {table.data ? (
        <TransactionTable
          rows={table.data}
          chosen={transaction}
          onChoose={(name) => setParameters({ transaction: name })}
        />
      ) : table.error ? (
        <PanelError error={table.error} onRetry={table.retry} />
      ) : (
        <PanelLoading />
      )}
      {!hasDurations && (
        <p class="table-note muted">
          This agent sends no durations: the mean is the time of all spans of a run, and there are no percentiles and no
          share of errors.
        </p>
      )}
    </section>
  );
}
