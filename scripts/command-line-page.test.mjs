import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { currentPage } from "../docs/generate-command-line.mjs";

it("docs/command-line.md has the commands and flags as they are (else: node docs/generate-command-line.mjs)", () => {
  const page = readFileSync(new URL("../docs/command-line.md", import.meta.url), "utf8");
  expect(page).toBe(currentPage(page));
});
