import "./setup.css";
import { useState } from "preact/hooks";
import { isSignedIn } from "../api/session.js";
import { CodeBlock } from "./CodeBlock.js";
import { snippetsFor } from "./snippets.js";

/** What a new server shows instead of an empty table: how to send the first metrics. */
export function FirstRun() {
  const url = new URL("./", window.location.href).href.replace(/\/$/, "");
  const snippets = snippetsFor(url, isSignedIn());
  const [chosen, setChosen] = useState("node");
  const snippet = snippets.find(({ id }) => id === chosen) ?? snippets[0];
  return (
    <section class="card first-run" data-testid="first-run">
      <h2>No service has reported metrics yet</h2>
      <p class="muted">
        Point an application at this server. It appears here within seconds, as soon as it says hello.
      </p>
      <fieldset class="tabs" aria-label="Language">
        {snippets.map(({ id, name }) => (
          <button key={id} type="button" class="chip" aria-pressed={id === chosen} onClick={() => setChosen(id)}>
            {name}
          </button>
        ))}
      </fieldset>
      <ol class="steps">
        {snippet?.steps.map(({ text, code }) => (
          <li key={code}>
            <p>{text}</p>
            <CodeBlock code={code} label={text} />
          </li>
        ))}
      </ol>
    </section>
  );
}
