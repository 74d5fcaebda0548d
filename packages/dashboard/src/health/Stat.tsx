export interface StatProps {
  name: string;
  value: string;
  /** What the value is measured against, in small print. */
  limit?: string;
  state?: "good" | "warn" | "bad";
}

/** A number with its name, for the top of the page. */
export function Stat({ name, value, limit, state }: StatProps) {
  return (
    <div class="card stat" data-testid={`stat-${name}`}>
      <dt>{name}</dt>
      <dd class={state === undefined ? undefined : `text-${state}`}>
        <span class="stat-value">{value}</span>
        {limit !== undefined && <span class="stat-limit"> of {limit}</span>}
      </dd>
    </div>
  );
}
