#!/usr/bin/env node
// Writes docs/metric-sets.md from the tables of the agent's metric sets. Needs a build.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { metricSetReference } = createRequire(import.meta.url)("../packages/agent/dist/sets/reference.js");
writeFileSync(new URL("metric-sets.md", import.meta.url), metricSetReference());
