import { useEffect, useRef, useState } from "preact/hooks";
import { formatClock, formatDateTime } from "../format/time.js";
import { isLive, isRelative, PRESETS, resolveTime, type TimeRange } from "./range.js";
import { setPaused, setRange } from "./useRange.js";

/** The range in words. */
function rangeLabel(range: TimeRange): string {
  const preset = range.to === "now" ? PRESETS.find(({ from }) => from === range.from) : undefined;
  if (preset) return preset.label;
  const now = range.pausedAtMs ?? Date.now();
  if (isRelative(range)) return `Since ${range.from}`;
  const from = resolveTime(range.from, now) ?? now;
  const to = resolveTime(range.to, now) ?? now;
  const sameDay = new Date(from).toDateString() === new Date(to).toDateString();
  return `${formatDateTime(from)} – ${sameDay ? formatClock(to) : formatDateTime(to)}`;
}

/** Choice of the time range, and live or paused. */
export function TimeControls({ range }: { range: TimeRange }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLFieldSetElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const live = isLive(range);
  return (
    <fieldset
      class="time-controls"
      aria-label="Time"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === "Escape" && open) close();
      }}
    >
      <button
        type="button"
        ref={button}
        class="button"
        data-testid="time-range"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path class="icon-line" d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.5V8l2.4 1.6" />
        </svg>
        <span>{rangeLabel(range)}</span>
      </button>
      <button
        type="button"
        class={live ? "button live-button is-live" : "button live-button"}
        data-testid="live"
        data-live={live}
        title={live ? "New data appears by itself. Click to pause." : "Click to follow new data."}
        onClick={() => setPaused(range, live)}
      >
        <span class="live-dot" aria-hidden="true" />
        {live ? "Live" : range.pausedAtMs === null ? "Go live" : "Paused"}
      </button>
      {open && <RangeDialog range={range} onDone={close} />}
    </fieldset>
  );
}

function RangeDialog({ range, onDone }: { range: TimeRange; onDone(): void }) {
  const now = range.pausedAtMs ?? Date.now();
  const [from, setFrom] = useState(toInput(resolveTime(range.from, now) ?? now));
  const [to, setTo] = useState(toInput(resolveTime(range.to, now) ?? now));
  const valid = Date.parse(from) < Date.parse(to);
  return (
    <div class="popover range-dialog" role="dialog" aria-label="Time range">
      <ul class="range-presets">
        {PRESETS.map((preset) => (
          <li key={preset.from}>
            <button
              type="button"
              class="menu-item"
              aria-pressed={range.from === preset.from && range.to === "now"}
              onClick={() => {
                setRange(preset.from, "now");
                onDone();
              }}
            >
              {preset.label}
            </button>
          </li>
        ))}
      </ul>
      <form
        class="range-absolute"
        onSubmit={(event) => {
          event.preventDefault();
          if (!valid) return;
          setRange(String(Date.parse(from)), String(Date.parse(to)));
          onDone();
        }}
      >
        <label>
          From
          <input type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label>
          To
          <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary" disabled={!valid}>
          Show
        </button>
        {!valid && <p class="field-error">“From” must be before “To”.</p>}
      </form>
    </div>
  );
}

/** The local time as `<input type="datetime-local">` writes it. */
function toInput(timestampMs: number): string {
  return formatDateTime(timestampMs).replace(" ", "T");
}
