import "./login.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client.js";
import { openSession } from "../api/session.js";

/** Asks for the server's secret token and exchanges it for a session cookie. */
export function LoginForm({ onOpen }: { onOpen(): void }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  const submit = async () => {
    setBusy(true);
    try {
      await openSession(token);
      onOpen();
    } catch (failure) {
      const { status, message } = failure as ApiError;
      setError(status === 401 ? "This is not the server’s token." : message);
    }
    setBusy(false);
  };

  return (
    <form
      class="card login"
      data-testid="login"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1>This server asks for its token</h1>
      <p class="muted">
        It was started with <code>--secret-token</code> or <code>--api-key</code>; a key does as well. It is kept in a
        cookie that scripts cannot read.
      </p>
      <label class="field">
        Secret token
        <input
          ref={input}
          type="password"
          autocomplete="current-password"
          required
          value={token}
          aria-invalid={error !== undefined}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      {error && (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class="button primary" disabled={busy || token === ""}>
        Sign in
      </button>
    </form>
  );
}
