import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { Program } from "../../conformance/program.mjs";

const EXAMPLES = fileURLToPath(new URL("..", import.meta.url));

/** An example, copied to where no workspace is, and used with nothing but the commands of its README. */
export class Example {
  #programs = [];

  /**
   * @param {string} name the example's directory
   * @param {Record<string, string>} environment as a user's shell would have it
   */
  constructor(name, environment) {
    this.directory = mkdtempSync(join(tmpdir(), `tidegauge-example-${name}-`));
    cpSync(join(EXAMPLES, name), this.directory, {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
    this.readme = readFileSync(join(this.directory, "README.md"), "utf8");
    const inherited = Object.entries(process.env).filter(
      ([key]) => !/^(npm_|VITEST|NODE_|ELASTIC_APM_|PORT$)/.test(key),
    );
    this.environment = {
      ...Object.fromEntries(inherited),
      ELASTIC_APM_CLOUD_PROVIDER: "none", // not every machine may ask a cloud for its name
      PORT: "0",
      ...environment,
    };
  }

  /** The code blocks of the README in a language. @param {string} language @returns {string[]} */
  blocks(language) {
    return [...this.readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
      .filter(([, of]) => of === language)
      .map(([, , text]) => text);
  }

  /**
   * Starts a command of the README.
   *
   * @param {string} command a line of one of its `sh` blocks; `npm install` also gets the packed packages
   * @param {Record<string, string>} [environment]
   * @param {(command: string) => string} [around] what a shell runs in its place
   */
  start(command, environment = {}, around = (text) => text) {
    const lines = this.blocks("sh").flatMap((block) => block.trim().split("\n"));
    if (!lines.includes(command)) throw new Error(`the README does not say \`${command}\``);
    const options = { cwd: this.directory, env: { ...this.environment, ...environment } };
    const program = new Program("bash", ["-c", around(command === "npm install" ? this.#install() : command)], options);
    this.#programs.push(program);
    return program;
  }

  /** Runs a command of the README to its end. @returns {Promise<string>} what it printed */
  run(command, environment) {
    return this.start(command, environment).end();
  }

  /** Replaces what is written in a file, as a user would. */
  edit(file, from, to) {
    const path = join(this.directory, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    writeFileSync(path, text.replace(from, to));
  }

  /** Also ends what a test that failed has left running. */
  async remove() {
    await Promise.all(this.#programs.map((program) => program.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The registry has not got this very version of the packages: they come from the tarballs, the rest from the lockfile. */
  #install() {
    const packed = inject("packed");
    const tarballs = readdirSync(packed).filter((file) => /-(agent|protocol)-/.test(file));
    return `npm install --prefer-offline --no-audit --no-fund --loglevel=error ${tarballs.map((file) => `'${join(packed, file)}'`).join(" ")}`;
  }
}
