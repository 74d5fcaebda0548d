import { formatSpan } from "../format/time.js";

/** Says by how much the events of a service (milliseconds, negative: behind) miss the server's clock; nothing where they do not. */
export function ClockFlag({ offsetMs }: { offsetMs: number | undefined }) {
  if (offsetMs === undefined) return null;
  const ahead = offsetMs > 0;
  return (
    <span
      class="flag"
      data-testid="flag-clock"
      title={
        ahead
          ? "Its newest values lie in the future, where no range that ends now shows them. Set the clock of its machine."
          : "Its newest values are old when they arrive: the clock of its machine is behind, or its reports come late."
      }
    >
      clock {formatSpan(Math.abs(offsetMs))} {ahead ? "ahead" : "behind"}
    </span>
  );
}
