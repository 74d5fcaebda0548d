import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { blocksOf } from "./blocks.mjs";
import { checkSettings } from "./settings.mjs";
import { differences } from "./shape.mjs";

const fence = (language, code, comment = "") => `${comment}\n\`\`\`${language}\n${code}\n\`\`\`\n`;

describe("the comments of a page", () => {
  it("say of a block how it is run", () => {
    const source = `# A\n\n${fence("js", "1", "<!-- snippet: file a.js -->\n<!-- snippet: before touch b -->")}`;
    assert.deepEqual(blocksOf("a.md", source)[0].notes, { file: "a.js", before: "touch b" });
  });

  it("leave out all blocks after one in the plural", () => {
    const blocks = blocksOf(
      "a.md",
      `${fence("js", "1")}\n<!-- snippets: skip elsewhere -->\n\n${fence("js", "2")}\ntext\n${fence("sh", "3")}`,
    );
    assert.deepEqual(
      blocks.map(({ notes }) => notes.skip),
      [undefined, "elsewhere", "elsewhere"],
    );
  });

  it("are refused when nobody knows the word, or no block follows", () => {
    assert.throws(() => blocksOf("a.md", fence("js", "1", "<!-- snippet: ignore -->")), /"ignore" is not one of/);
    assert.throws(() => blocksOf("a.md", "<!-- snippet: skip why -->\n\ntext"), /stands before none/);
  });
});

describe("the shape of an answer", () => {
  const real = {
    from: 1,
    unit: null,
    series: [
      {
        labels: { a: "x" },
        points: [
          [1, null],
          [2, 0.5],
        ],
      },
    ],
  };

  it("is that of a page that shows other values", () => {
    assert.deepEqual(
      differences({ from: 9, unit: "byte", series: [{ labels: { a: "" }, points: [[7, 8]] }] }, real),
      [],
    );
  });

  it("differs by a field that only one of them has, and by a type", () => {
    assert.deepEqual(differences({ from: 9, series: [], more: 1 }, real), [
      "$.more is shown and is not there",
      "$.unit is there and is not shown",
    ]);
    assert.deepEqual(differences({ ...real, from: "now" }, real), ["$.from is shown as string and is number"]);
    assert.deepEqual(differences({ id: 1, replaces: 2 }, { id: 1 }, ["replaces"]), []);
  });
});

describe("the settings of a page", () => {
  const problems = (text) => checkSettings(text, new Set(["TIDEGAUGE_PORT"])).problems.length;

  it("exist and take the values given", () => {
    assert.equal(problems("`ELASTIC_APM_METRICS_INTERVAL=10s`, TIDEGAUGE_PORT, ELASTIC_APM_SERVER_URL"), 0);
    assert.equal(problems("ELASTIC_APM_METRICS_INTERVALL=10s"), 1);
    assert.equal(problems("ELASTIC_APM_METRICS_INTERVAL=often"), 1);
    assert.equal(problems("TIDEGAUGE_PORTT"), 1);
  });
});

describe("a page", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  let directory;

  before(() => {
    mkdirSync(join(root, "docs/.cache"), { recursive: true });
    directory = mkdtempSync(join(root, "docs/.cache/pages-"));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs the runner on pages of these texts. */
  function run(...sources) {
    const pages = Array.from(sources, (_, n) => join(directory, `${n}.md`));
    for (const [n, page] of pages.entries()) writeFileSync(page, sources[n]);
    const runner = join(root, "docs/snippets/run.mjs");
    const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...pages], { encoding: "utf8" });
    return { status, last: stdout.trim().split("\n").at(-1), output: stdout + stderr };
  }

  it("passes with snippets that work, of every language", () => {
    const { status, last, output } = run(
      [
        fence(
          "js",
          'import { Client } from "@tidegauge/agent";\nconst client = new Client();',
          "<!-- snippet: before true -->",
        ),
        fence("js", "await client.close();", "<!-- snippet: continues -->"),
        fence(
          "ts",
          'import { getClient } from "@tidegauge/agent";\nconst n: number = getClient().stats().recorded;\nconsole.log(n);',
        ),
        fence("js", "export default 7;", "<!-- snippet: file seven.mjs -->"),
        fence("sh", "node -e 'import(\"./seven.mjs\").then(({ default: n }) => process.exit(n - 7))'"),
        fence("sh", "curl http://127.0.0.1:8200/api/v1/services"),
        fence("json", '{ "a": 1 }', "<!-- snippet: skip nobody asked -->"),
        fence("yaml", "a: [1, 2]"),
        fence("text", "a drawing"),
      ].join("\ntext\n\n"),
    );
    assert.equal(status, 0, output);
    assert.equal(last, "7 passed, 0 failed, 1 skipped");
  });

  const wrong = {
    "JavaScript that throws": fence("js", "throw new Error('no');"),
    "JavaScript whose import does not exist": fence("js", 'import { Clint } from "@tidegauge/agent";\nnew Clint();'),
    "JavaScript the agent warns of": fence(
      "js",
      'const { Client } = require("@tidegauge/agent");\nnew Client({ metricsInterval: "often" });',
    ),
    "TypeScript of the wrong type": fence(
      "ts",
      'import { getClient } from "@tidegauge/agent";\nconst n: string = getClient().stats().recorded;\nconsole.log(n);',
    ),
    "a command that fails": fence("sh", "false\ntrue"),
    "a flag the command does not have": fence("sh", "tidegauge serve --colour red"),
    "a command that is not allowed": fence("sh", "git status"),
    "an address that is an error": fence("sh", "curl http://127.0.0.1:8200/api/v1/query"),
    "an answer of another shape": fence("json", '{ "service": [] }', "<!-- snippet: answers /api/v1/services -->"),
    "JSON that is none": fence("json", "{ a: 1 }"),
    "YAML that is none": fence("yaml", "a: [1"),
    "a language nobody tries": fence("cobol", "STOP RUN."),
    "a block without a language": fence("", "what is this"),
    "a block left out without a reason": fence("js", "1", "<!-- snippet: skip -->"),
    "an option that does not exist": "ELASTIC_APM_METRIC_INTERVAL=10s",
  };

  it("fails with each snippet that does not", () => {
    const { status, last, output } = run(...Object.values(wrong));
    assert.equal(status, 1);
    for (const [n, what] of Object.keys(wrong).entries()) {
      assert.match(output, new RegExp(`^failed: \\S+/${n}\\.md`, "m"), `passes with ${what}:\n${output}`);
    }
    assert.equal(last, `0 passed, ${Object.keys(wrong).length} failed, 0 skipped`, output);
  });
});
