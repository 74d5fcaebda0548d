import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const PAGES = ["breakdown.md", "supported-libraries.md", "manual-api.md", "opentelemetry-tracing.md"];
const snippets = PAGES.flatMap((page) => {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match, i) => ({
    name: `${page}, snippet ${i + 1}`,
    code: match[1],
  }));
});

it.each(snippets)("docs: $name runs", async ({ code }) => {
  // Beside the libraries, so that its imports are found.
  const file = fileURLToPath(new URL(`snippet-${process.pid}.mjs`, import.meta.url));
  writeFileSync(file, code);
  try {
    const env = { ...process.env, ELASTIC_APM_DISABLE_SEND: "true", ELASTIC_APM_LOG_LEVEL: "warning" };
    const { stderr } = await promisify(execFile)(process.execPath, ["--import", "@tidegauge/agent/register", file], {
      env,
    });
    expect(stderr).toBe("");
  } finally {
    rmSync(file);
  }
});
