import { useState } from "preact/hooks";
import type { ApiError } from "../api/client.js";
import { useHold } from "../route/useHold.js";
import { type ConfigDocument, writeConfig } from "./api.js";
import { type Draft, repeatedOption, toDraft, toEntry } from "./draft.js";
import { EntryEditor } from "./EntryEditor.js";
import { LeaveDialog } from "./LeaveDialog.js";
import { OPTIONS, problemOf } from "./options.js";

export interface ConfigEditorProps {
  document: ConfigDocument;
  services: readonly string[];
  onSaved(): void;
  /** Somebody else changed it meanwhile, and the user wants theirs. */
  onReadAgain(): void;
}

interface Note {
  text: string;
  bad: boolean;
  /** Saving cannot work before the configuration is read again. */
  stale?: boolean;
}

/** The entries as a form. Nothing is sent before "Save", and who leaves before it is asked. */
export function ConfigEditor({ document, services, onSaved, onReadAgain }: ConfigEditorProps) {
  const [drafts, setDrafts] = useState<Draft[]>(() => document.entries.map(toDraft));
  const [etag, setEtag] = useState(document.etag);
  const [saved, setSaved] = useState(() => JSON.stringify(document.entries.map(toDraft)));
  const [note, setNote] = useState<Note>();
  const changed = JSON.stringify(drafts) !== saved;
  const hold = useHold(changed);

  const [strict, setStrict] = useState(false);

  const save = async () => {
    const invalid = drafts.some((draft) =>
      draft.rows.some(({ option, value }, index) => repeatedOption(draft, index) ?? problemOf(option, value)),
    );
    setStrict(invalid);
    if (invalid) {
      setNote({ text: "Not saved: see the notes below the values.", bad: true });
      return;
    }
    try {
      const written = await writeConfig(drafts.map(toEntry), etag);
      const next = written.entries.map(toDraft);
      setDrafts(next);
      setSaved(JSON.stringify(next));
      setEtag(written.etag);
      setNote({ text: "Saved. Agents get it when they ask next, usually within half a minute.", bad: false });
      onSaved();
    } catch (failure) {
      const { status, message } = failure as ApiError;
      if (status === 412) {
        setNote({ text: "Not saved: somebody else changed the configuration meanwhile.", bad: true, stale: true });
      } else setNote({ text: message, bad: true });
    }
  };

  return (
    <form
      data-testid="config-editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {drafts.length === 0 && (
        <p class="muted config-none">
          Nothing is configured here: every agent runs with its own settings. What you add overrides them while it
          stands.
        </p>
      )}
      {drafts.map((draft, index) => (
        <EntryEditor
          // Entries have no identity beside their place: whom they are for is what is being typed.
          key={String(index)}
          draft={draft}
          strict={strict}
          onChange={(next) => setDrafts(drafts.map((other, at) => (at === index ? next : other)))}
          onRemove={() => setDrafts(drafts.filter((_, at) => at !== index))}
        />
      ))}
      <div class="config-actions">
        <button
          type="button"
          class="button"
          onClick={() =>
            setDrafts([...drafts, { name: "", environment: "", rows: [{ option: "metrics_interval", value: "" }] }])
          }
        >
          Add a configuration
        </button>
        <button type="submit" class="button primary" disabled={!changed}>
          Save
        </button>
        {note && (
          <p role={note.bad ? "alert" : "status"} class={note.bad ? "field-error" : "text-good"}>
            {note.text}
          </p>
        )}
        {note?.stale && (
          <button type="button" class="button" title="Drops what you changed here" onClick={onReadAgain}>
            Read again
          </button>
        )}
      </div>
      <datalist id="config-services">
        {services.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id="config-options">
        {OPTIONS.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {hold.wanted !== undefined && <LeaveDialog onStay={hold.stay} onLeave={hold.leave} />}
    </form>
  );
}
