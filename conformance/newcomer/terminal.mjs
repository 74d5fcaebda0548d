import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Program } from "../program.mjs";

/** A person's terminal: commands one after the other, the directory stays from one to the next. */
export class Terminal {
  #env;
  #program;

  /** @param {string} directory where it opens @param {NodeJS.ProcessEnv} env */
  constructor(directory, env) {
    this.directory = directory;
    this.#env = env;
  }

  /** @param {string} file @param {string} text */
  write(file, text) {
    writeFileSync(join(this.directory, file), text);
  }

  /**
   * Types commands and waits until they have ended, or until they say that they are ready and go on.
   *
   * @param {string} commands
   * @param {RegExp} ready
   */
  async type(commands, ready) {
    const place = `${this.directory}.cwd`; // the directory they end in
    const options = { cwd: this.directory, env: this.#env };
    this.#program = new Program("bash", ["-e", "-c", `${commands}\npwd > '${place}'`], options);
    const goesOn = await this.#program.says(ready).then(
      () => true,
      () => false,
    );
    if (goesOn) return;
    await this.#program.end();
    this.directory = readFileSync(place, "utf8").trim();
  }

  /** Ctrl-C, and waits until what runs has ended. */
  async interrupt() {
    await this.#program?.stop();
  }
}
