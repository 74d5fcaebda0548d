import { expect, it } from "vitest";
import { snippetsFor } from "./snippets.js";

const codes = (token: boolean) =>
  snippetsFor("http://x:1", token)
    .flatMap(({ steps }) => steps.map(({ code }) => code))
    .filter((code) => code.includes("http://x:1"));

it("names the token wherever it names a server that asks for one", () => {
  expect(codes(true)).toHaveLength(5);
  for (const code of codes(true)) expect(code).toMatch(/ELASTIC_APM_SECRET_TOKEN=the-token|secretToken: "the-token"/);
  for (const code of codes(false)) expect(code).not.toMatch(/token/i);
});

it("is what a shell takes", () => {
  expect(codes(true)[0]).toBe(
    "ELASTIC_APM_SERVER_URL=http://x:1 \\\nELASTIC_APM_SECRET_TOKEN=the-token \\\nELASTIC_APM_SERVICE_NAME=my-service \\\nnode ../tidegauge/packages/cli/bin/tidegauge.js run app.js",
  );
});
