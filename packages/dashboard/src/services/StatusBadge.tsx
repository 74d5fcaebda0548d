import type { ServiceStatus } from "@tidegauge/protocol/query";

const TEXTS: Record<ServiceStatus, { name: string; title: string }> = {
  reporting: { name: "reporting", title: "Reports arrive as expected." },
  waiting: { name: "waiting for the first report", title: "The agent asked for its configuration; metrics follow." },
  silent: { name: "silent", title: "It reported before, but not lately." },
};

/** Whether a service reports. */
export function StatusBadge({ status }: { status: ServiceStatus }) {
  const { name, title } = TEXTS[status];
  return (
    <span class={`badge badge-${status}`} title={title} data-status={status}>
      <span class="badge-dot" aria-hidden="true" />
      {name}
    </span>
  );
}
