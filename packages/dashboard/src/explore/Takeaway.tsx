import { CodeBlock } from "../setup/CodeBlock.js";
import { download } from "./exports.js";

export interface TakeawayProps {
  /** Of the call, relative to the page. */
  url: string;
  /** Of the files, without an ending. */
  name: string;
  csv(): string;
  /** The server's answer. */
  json: unknown;
}

/** What one takes along: the call to copy, and the values as files. */
export function Takeaway({ url, name, csv, json }: TakeawayProps) {
  return (
    <>
      <h3 class="sub-head">The call behind it</h3>
      <CodeBlock code={new URL(url, document.baseURI).href} label="API call" />
      <div class="export-buttons">
        <button type="button" class="button" onClick={() => download(`${name}.csv`, "text/csv", csv())}>
          Download CSV
        </button>
        <button
          type="button"
          class="button"
          onClick={() => download(`${name}.json`, "application/json", JSON.stringify(json, null, 2))}
        >
          Download JSON
        </button>
      </div>
    </>
  );
}
