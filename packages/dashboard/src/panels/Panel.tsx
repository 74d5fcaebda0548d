import type { ComponentChildren, Ref } from "preact";
import type { ApiError } from "../api/client.js";

export interface PanelProps {
  id: string;
  title: string;
  description?: string | undefined;
  /** Where the title leads, undefined for no link. */
  titleHref?: string | undefined;
  /** Buttons and links at the right of the title. */
  actions?: ComponentChildren;
  /** Newer data is on its way. */
  busy?: boolean;
  innerRef?: Ref<HTMLElement>;
  wide?: boolean;
  children: ComponentChildren;
}

/** A titled box of the page. */
export function Panel(props: PanelProps) {
  const { id, title, description, titleHref, actions, busy = false, innerRef, wide = false, children } = props;
  return (
    <article
      class={wide ? "panel panel-wide" : "panel"}
      data-testid={`panel-${id}`}
      aria-busy={busy}
      {...(innerRef ? { ref: innerRef } : {})}
    >
      <header class="panel-header">
        <h3 class="panel-title" title={description === undefined ? title : `${title}\n${description}`}>
          {titleHref === undefined ? title : <a href={titleHref}>{title}</a>}
        </h3>
        <div class="panel-actions">{actions}</div>
      </header>
      {children}
    </article>
  );
}

/** In place of a chart while its first data is on the way. */
export function PanelLoading() {
  return (
    <div class="panel-note" role="status" data-state="loading">
      <span class="shimmer" aria-hidden="true" />
      <span class="visually-hidden">Loading</span>
    </div>
  );
}

/** In place of a chart without data. */
export function PanelEmpty({ children }: { children: ComponentChildren }) {
  return (
    <div class="panel-note" data-state="empty">
      {children}
    </div>
  );
}

/** In place of a chart whose query failed. */
export function PanelError({ error, onRetry }: { error: ApiError; onRetry(): void }) {
  return (
    <div class="panel-note" role="alert" data-state="error">
      <p>{error.message}</p>
      <p class="muted">
        <code>{error.code}</code>
      </p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
