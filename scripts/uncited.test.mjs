import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { citations, definitions, exceptions, report } from "./uncited.mjs";

const SCRIPT = fileURLToPath(new URL("./uncited.mjs", import.meta.url));

/** The areas are invented: real numbers here would count as cited. */
const TOPIC = `# Topic

See ABC-9 and | ABC-8 | in the middle.

| number | requirement |
|---|---|
| ABC-1 | one |
| ABC-2a | two, like ABC-1 |
| ABC-2b | three |

- **ABC-4** four
- **D-ABC-1** a deviation
- ABC-5 is only mentioned
`;

let root;

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(...options) {
  return spawnSync(process.execPath, [SCRIPT, "--root", root, ...options], { encoding: "utf8" });
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "uncited-"));
  write("docs/specification/topic.md", TOPIC);
  write("docs/specification/README.md", "- **ABC-77** an example of a number\n");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("definitions", () => {
  it("are first cells and bold starts of list items, mentions are not", () => {
    expect(definitions(TOPIC).map(({ number }) => number)).toEqual(["ABC-1", "ABC-2a", "ABC-2b", "ABC-4", "D-ABC-1"]);
  });

  it("come with their line", () => {
    expect(definitions(TOPIC)[0]).toEqual({ number: "ABC-1", line: 7 });
  });
});

describe("citations", () => {
  it("take whole numbers only", () => {
    expect([...citations("ABC-1, (ABC-2a) ABC-2 xABC-3 ABC-4x5 D-ABC-1")]).toEqual([
      "ABC-1",
      "ABC-2a",
      "ABC-2",
      "D-ABC-1",
    ]);
  });

  it("take the two ends of a range and nothing between", () => {
    expect([...citations("ABC-1…ABC-4")]).toEqual(["ABC-1", "ABC-4"]);
  });
});

it("reads exceptions with a reason and ignores those without", () => {
  expect([...exceptions("| number | reason |\n|---|---|\n| ABC-1 | a fact |\n| ABC-4 | |\n")]).toEqual([
    ["ABC-1", "a fact"],
  ]);
});

describe("report", () => {
  it("finds citations in tests, type tests, shared cases and conformance, nowhere else", () => {
    write("packages/a/src/x.test.ts", 'it("ABC-1 holds")');
    write("packages/a/src/x.test-d.ts", "// ABC-2a");
    write("packages/a/src/x.cases.ts", "// ABC-2b");
    write("conformance/peer.py", "# ABC-4");
    write("packages/a/src/x.ts", "// D-ABC-1");
    write("packages/a/node_modules/y/x.test.ts", "// D-ABC-1");
    write("packages/a/dist/x.test.ts", "// D-ABC-1");
    expect(report(root).files).toEqual({ "topic.md": { defined: 5, uncited: ["D-ABC-1"] } });
  });

  it("does not take a lettered number for the plain one", () => {
    write("x.test.ts", "// ABC-2");
    const result = report(root);
    expect(result.files["topic.md"].uncited).toContain("ABC-2a");
    expect(result.notDefined).toEqual(["ABC-2 (x.test.ts)"]);
  });

  it("says what is excused, and which excuses are stale", () => {
    write("x.test.ts", "// ABC-1");
    const result = report(
      root,
      new Map([
        ["ABC-1", "r"],
        ["ABC-4", "r"],
        ["ABC-6", "r"],
      ]),
    );
    expect(result.explained).toEqual(["ABC-4"]);
    expect(result.staleExceptions).toEqual(["ABC-1", "ABC-6"]);
    expect(result.files["topic.md"].uncited).toEqual(["ABC-2a", "ABC-2b", "D-ABC-1"]);
  });

  it("names numbers that are defined twice", () => {
    write("docs/specification/zopic.md", "- **ABC-1** again\n");
    expect(report(root).definedTwice).toEqual(["ABC-1 (topic.md:7 and zopic.md:1)"]);
  });
});

describe("the command", () => {
  it("is a report: it groups by file and exits with 0", () => {
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toContain("topic.md: 5 of 5 uncited\n  ABC-1 ABC-2a ABC-2b ABC-4 D-ABC-1\n");
  });

  it("exits with 1 under --strict until everything is cited or excused", () => {
    write("x.test.ts", "// ABC-1 ABC-2a ABC-2b ABC-4");
    expect(run("--strict").status).toBe(1);
    write("known.md", "| D-ABC-1 | seen in the browser only |\n");
    expect(run("--strict", "--known", join(root, "known.md")).status).toBe(0);
  });

  it("writes JSON on request", () => {
    expect(JSON.parse(run("--json").stdout).files["topic.md"].defined).toBe(5);
  });

  it("exits with 2 for options it does not know and exceptions it cannot read", () => {
    expect(run("--nonsense").status).toBe(2);
    expect(run("--known", join(root, "missing.md")).status).toBe(2);
  });
});

describe("docs/specification", () => {
  const checkout = fileURLToPath(new URL("..", import.meta.url));
  const folder = join(checkout, "docs", "specification");
  const pages = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);

  it("defines every number once, and tests cite only numbers that it defines", () => {
    const { definedTwice, notDefined } = report(checkout);
    expect({ definedTwice, notDefined }).toEqual({ definedTwice: [], notDefined: [] });
  });

  it("refers only to numbers that it defines", () => {
    const topics = pages.filter(([file]) => file !== "README.md");
    const defined = new Set(topics.flatMap(([, text]) => definitions(text).map(({ number }) => number)));
    const areas = new Set([...defined].map((number) => number.slice(0, number.lastIndexOf("-"))));
    const dangling = topics.flatMap(([file, text]) =>
      [...citations(text)]
        .filter((number) => areas.has(number.slice(0, number.lastIndexOf("-"))) && !defined.has(number))
        .map((number) => `${file}: ${number}`),
    );
    expect(dangling).toEqual([]);
  });

  it("links only to pages and headings that exist", () => {
    const headings = new Map(pages.map(([file, text]) => [file, anchors(text)]));
    const broken = pages.flatMap(([file, text]) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)]
        .filter(([, path, anchor]) => {
          const target = path === "" ? file : path;
          if (!existsSync(join(folder, target))) return true;
          return anchor !== "" && !headings.get(target)?.has(anchor);
        })
        .map(([link]) => `${file}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(text) {
  const headings = text.match(/^#+ .*$/gm) ?? [];
  const slug = (heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-");
  return new Set(headings.map(slug));
}
