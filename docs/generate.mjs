#!/usr/bin/env node
// Writes the pages that are made from the code: docs/configuration.md from the agent's option table. Needs a build.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { configurationReference } = createRequire(import.meta.url)("../packages/agent/dist/config/reference.js");
writeFileSync(new URL("configuration.md", import.meta.url), configurationReference());
