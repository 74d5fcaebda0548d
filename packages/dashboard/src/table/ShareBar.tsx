import { formatValue } from "../format/unit.js";

/** A fraction as a bar with its percentage. */
export function ShareBar({ share }: { share: number }) {
  return (
    <span class="share">
      <span class="share-track" aria-hidden="true">
        <span class="share-fill" style={{ width: `${Math.round(share * 1000) / 10}%` }} />
      </span>
      {formatValue(share, "percent")}
    </span>
  );
}
