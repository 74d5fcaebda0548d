import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { DESCRIPTIONS } from "./descriptions.js";
import { OPTIONS } from "./options.js";
import { configurationReference } from "./reference.js";

it("docs/configuration.md is what the option table says: run `node docs/generate.mjs` after changing it", () => {
  const page = readFileSync(resolve("docs/configuration.md"), "utf8");
  expect(page).toBe(configurationReference());
  for (const { name } of OPTIONS) expect(page).toContain(`ELASTIC_APM_${name.toUpperCase()}\``);
});

it("every option is described in whole sentences", () => {
  for (const [name, description] of Object.entries(DESCRIPTIONS)) expect(description.endsWith("."), name).toBe(true);
});
