import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { OPTIONS as KNOWN, problemOf } from "../../packages/dashboard/src/agent-config/options.ts";
import { CENTRAL_OPTIONS, expectedOf } from "../../packages/protocol/src/central/options.ts";

const load = createRequire(import.meta.url);
const { OPTIONS } = load("../../packages/agent/dist/config/options.js");
const { parseOption } = load("../../packages/agent/dist/config/option-value.js");

const VALUES =
  `true,FALSE,yes,1,0,abc,-1s,0s,0ms,1ms,999ms,1s,1.5s,30s,30 s,1h,1m,40000m,99999m,0b,1b,768kb,768KB,1MB,2gb,1tb,99999999999gb,
trace,info,WARN,warning,fatal,off,loud,/a*`
    .split(",")
    .map((value) => value.trim());

const dynamic = OPTIONS.filter((option) => option.dynamic);

it("the page offers the options an agent changes while it runs (CFG-6)", () => {
  expect(KNOWN.map(({ name }) => name).sort()).toEqual(dynamic.map(({ name }) => name).sort());
});

it.each(dynamic)("the page takes for $name what the agent takes, and nothing else (§6.2)", (option) => {
  const accepts = (value) => {
    try {
      parseOption(option, value);
      return true;
    } catch {
      return false;
    }
  };
  for (const value of VALUES)
    expect([value, problemOf(option.name, value) === undefined]).toEqual([value, accepts(value)]);
});

it("the server's table is the page's, to the word", () => {
  const shown = ({ name, example }) => ({ name, example });
  expect(CENTRAL_OPTIONS.map(shown)).toEqual(KNOWN.map(shown));
  for (const { name, expects } of KNOWN)
    for (const value of VALUES) expect([name, value, expectedOf(name, value)]).toEqual([name, value, expects(value)]);
});
