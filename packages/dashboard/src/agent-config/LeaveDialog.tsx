import { useLayoutEffect, useRef } from "preact/hooks";

export interface LeaveDialogProps {
  onStay(): void;
  onLeave(): void;
}

/** Asks whether edits may be lost. The browser keeps the focus inside, closes it on Escape, and gives the focus back to what had it. */
export function LeaveDialog({ onStay, onLeave }: LeaveDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="leave-title"
      aria-describedby="leave-text"
      data-testid="leave-dialog"
      onClose={(event) => (event.currentTarget.returnValue === "leave" ? onLeave() : onStay())}
    >
      <h2 id="leave-title">Leave without saving?</h2>
      <p id="leave-text">What you changed in the agent configuration is not saved and would be lost.</p>
      <div class="dialog-actions">
        {/* The first one gets the focus: whoever presses Enter without reading loses nothing. */}
        <button type="button" class="button primary" onClick={() => dialog.current?.close("stay")}>
          Keep editing
        </button>
        <button type="button" class="button" onClick={() => dialog.current?.close("leave")}>
          Leave
        </button>
      </div>
    </dialog>
  );
}
