import type { PanelLine, PanelSpec } from "../panels/spec.js";

/** The agents' own health metrics (wire-and-transport.md §7.11), over all services. */
export function healthPanels(): PanelSpec[] {
  const rate = (metric: string, groupBy: readonly string[]): PanelLine => ({
    metric,
    aggregation: "rate",
    label: "rate",
    groupBy,
    limit: 8,
    missing: "zero",
  });
  return [
    {
      id: "agent-events",
      title: "Events recorded, by service",
      section: "Agent",
      description: "Metricsets the agents queued for sending.",
      stacked: true,
      unit: "/s",
      lines: [rate("agent.events.total", ["service.name"])],
    },
    {
      id: "agent-dropped",
      title: "Events dropped, by service and reason",
      section: "Agent",
      description: "queue: they could not be queued; error: they were lost later.",
      stacked: true,
      unit: "/s",
      emptyText: "No agent dropped anything in this time range.",
      lines: [rate("agent.events.dropped", ["service.name", "reason"])],
    },
    {
      id: "agent-spooled",
      title: "Events waiting on disk, by service",
      section: "Agent",
      description: "In the agents' spool_dir, until the server takes them; seen afterwards for the time it was away.",
      emptyText: "No agent kept anything on its disk in this time range.",
      lines: [
        { metric: "agent.events.spooled", aggregation: "sum", label: "spooled", groupBy: ["service.name"], limit: 8 },
      ],
    },
    {
      id: "agent-overflow",
      title: "Writes beyond the limit of series",
      section: "Agent",
      description:
        "Label sets past metrics_limit go into one overflow series; the label with the most values is the culprit.",
      stacked: true,
      unit: "/s",
      emptyText: "No metric set reached its limit in this time range.",
      lines: [rate("agent.series.overflow", ["service.name", "set"])],
    },
    {
      id: "agent-queue",
      title: "Fullest queue, by service",
      section: "Agent",
      description: "At 100 % the agent drops what comes next.",
      unit: "percent",
      lines: [
        {
          metric: "agent.events.queue.max_size.pct",
          aggregation: "max",
          label: "queue",
          groupBy: ["service.name"],
          limit: 8,
        },
      ],
    },
  ];
}
