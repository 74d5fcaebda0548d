/** A number with its name, for the top of the page. */
export function Stat({ name, value, state }: { name: string; value: string; state?: "good" | "warn" | "bad" }) {
  return (
    <div class="card stat" data-testid={`stat-${name}`}>
      <dt>{name}</dt>
      <dd class={state === undefined ? undefined : `text-${state}`}>{value}</dd>
    </div>
  );
}
