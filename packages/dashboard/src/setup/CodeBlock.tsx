import "./code-block.css";
import { useEffect, useRef, useState } from "preact/hooks";

/** Code with a button that copies it. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  const text = useRef<HTMLElement>(null);
  const [done, setDone] = useState<string>();
  useEffect(() => {
    if (done === undefined) return;
    const timer = setTimeout(() => setDone(undefined), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <div class="code-block">
      <pre {...FOCUSABLE}>
        <code ref={text}>{code}</code>
      </pre>
      <button
        type="button"
        class="button"
        aria-label={`Copy: ${label}`}
        onClick={() =>
          void copyText(code).then((copied) => {
            if (!copied && text.current) window.getSelection()?.selectAllChildren(text.current);
            setDone(copied ? "Copied" : "Selected");
          })
        }
      >
        {done ?? "Copy"}
      </button>
    </div>
  );
}

/** Long lines scroll, and what scrolls must be reachable by keyboard. */
const FOCUSABLE = { tabIndex: 0 } as const;

/** Copies; false when the browser forbids it, as it does on plain HTTP from another machine: the text is then selected instead. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
