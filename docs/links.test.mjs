import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { anchorOf } from "./headings.mjs";
import { checkBook, checkMarkdown } from "./links.mjs";

let directory;

before(() => {
  directory = mkdtempSync(join(tmpdir(), "tidegauge-links-"));
  mkdirSync(join(directory, "folder"));
});
after(() => rmSync(directory, { recursive: true, force: true }));

const write = (name, text) => writeFileSync(join(directory, name), text);

describe("the links of a Markdown file", () => {
  it("lead to files, folders, pictures and headings as GitHub follows them", () => {
    write("picture.png", "");
    write("folder/README.md", "# `/api/v1/query`, and more\n\n## Twice\n\n## Twice\n");
    write(
      "good.md",
      "# Good\n\n[a](folder) [b](folder/README.md#apiv1query-and-more) [c](folder#twice-1) [d](#good) [e](https://x.test)\n\n| t |\n|---|\n| ![p](picture.png) |\n",
    );
    assert.deepEqual(checkMarkdown(directory, ["good.md"]), { checked: 5, problems: [] });
  });

  it("are reported with their line where they lead nowhere", () => {
    write("bad.md", "# Bad\n\n[a](gone.md)\n\n[b](folder#thrice)\n\n| t |\n|---|\n| ![p](gone.png) |\n");
    assert.deepEqual(checkMarkdown(directory, ["bad.md"]).problems, [
      "bad.md:3: gone.md: there is no such file",
      "bad.md:5: folder#thrice: folder/README.md has no such heading",
      "bad.md:9: gone.png: there is no such file",
    ]);
  });
});

describe("the links of the built book", () => {
  it("lead to pages and headings in it, and nothing is loaded from elsewhere", () => {
    write(
      "index.html",
      '<a href="/a.html#one">1</a><a href="https://x.test">2</a><a href="a.html#two">3</a><a href="/b.html">4</a>',
    );
    write("a.html", '<h1 id="one"></h1><script src="https://cdn.test/x.js"></script><img src="//cdn.test/y.png">');
    assert.deepEqual(checkBook(directory).problems.sort(), [
      'a.html: <img src="//cdn.test/y.png"> is loaded from another host',
      'a.html: <script src="https://cdn.test/x.js"> is loaded from another host',
      "index.html: /b.html: there is no such file",
      "index.html: a.html#two: a.html has no such heading",
    ]);
  });
});

describe("the anchor of a heading", () => {
  it("is GitHub's", () => {
    assert.equal(anchorOf("/api/v1/export"), "apiv1export");
    assert.equal(anchorOf("What the agent logs (log lines)"), "what-the-agent-logs-log-lines");
  });
});
