import { useState } from "preact/hooks";
import { closeSession, isSignedIn } from "../api/session.js";

/** A button that ends the session; nothing for who did not sign in. The page then starts anew, so that nothing of what it showed is left. */
export function LogOut() {
  const [failed, setFailed] = useState(false);
  if (!isSignedIn()) return null;
  const name = failed ? "Log out: the server did not answer, try again" : "Log out";
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="log-out"
      aria-label={name}
      title={name}
      onClick={() => {
        closeSession().then(
          () => window.location.reload(),
          () => setFailed(true),
        );
      }}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M6.5 2H3v12h3.5M7 8h7M11 5l3 3-3 3" class="icon-line" />
      </svg>
    </button>
  );
}
