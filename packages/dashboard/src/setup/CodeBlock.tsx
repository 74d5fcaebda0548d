import { useEffect, useState } from "preact/hooks";

/** Code with a button that copies it. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div class="code-block">
      <pre {...FOCUSABLE}>
        <code>{code}</code>
      </pre>
      <button
        type="button"
        class="button"
        aria-label={`Copy: ${label}`}
        onClick={() => void copyText(code).then(setCopied)}
      >
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

/** Long lines scroll, and what scrolls must be reachable by keyboard. */
const FOCUSABLE = { tabIndex: 0 } as const;

/** Copies; false when the browser forbids it, as it does on plain HTTP from another machine. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
