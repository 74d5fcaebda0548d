import { useId } from "preact/hooks";
import { audience, type Draft, repeatedOption } from "./draft.js";
import { OPTIONS, problemOf } from "./options.js";

export interface EntryEditorProps {
  draft: Draft;
  /** Somebody tried to save: also values that are not typed yet are wrong. */
  strict: boolean;
  onChange(draft: Draft): void;
  onRemove(): void;
}

/** One configuration: for whom, and what it sets. */
export function EntryEditor({ draft, strict, onChange, onRemove }: EntryEditorProps) {
  const setRow = (index: number, change: Partial<Draft["rows"][number]>) =>
    onChange({ ...draft, rows: draft.rows.map((row, at) => (at === index ? { ...row, ...change } : row)) });
  const title = audience(draft);
  const id = useId();
  return (
    <fieldset class="card config-entry" aria-label={title}>
      <div class="config-audience">
        <label class="field">
          Service
          <input
            list="config-services"
            placeholder="every service"
            value={draft.name}
            onInput={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          Environment
          <input
            placeholder="every environment"
            value={draft.environment}
            onInput={(event) => onChange({ ...draft, environment: event.currentTarget.value })}
          />
        </label>
        <button type="button" class="button" aria-label={`Remove the configuration of ${title}`} onClick={onRemove}>
          Remove
        </button>
      </div>
      <ul class="config-rows">
        {draft.rows.map((row, index) => {
          const problem =
            repeatedOption(draft, index) ?? (strict || row.value !== "" ? problemOf(row.option, row.value) : undefined);
          const problemId = `${id}-problem-${index}`;
          return (
            // Rows have no identity beside their place: their option is what is being typed.
            <li key={String(index)}>
              <input
                list="config-options"
                aria-label="Option"
                placeholder="option"
                value={row.option}
                onInput={(event) => setRow(index, { option: event.currentTarget.value })}
              />
              <input
                aria-label={`Value of ${row.option || "the option"}`}
                placeholder={OPTIONS.find(({ name }) => name === row.option)?.example ?? "value"}
                value={row.value}
                aria-invalid={problem !== undefined}
                {...(problem === undefined ? {} : { "aria-describedby": problemId })}
                onInput={(event) => setRow(index, { value: event.currentTarget.value })}
              />
              <button
                type="button"
                class="icon-button"
                aria-label={`Remove ${row.option || "this option"}`}
                onClick={() => onChange({ ...draft, rows: draft.rows.filter((_, at) => at !== index) })}
              >
                ×
              </button>
              {problem && (
                <p id={problemId} class="field-error config-problem">
                  {problem}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      <button
        type="button"
        class="button"
        onClick={() => onChange({ ...draft, rows: [...draft.rows, { option: "", value: "" }] })}
      >
        Add an option
      </button>
    </fieldset>
  );
}
