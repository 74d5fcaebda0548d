import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The commands a shell block may use beside those of snippets/bin. None that works on the clone, asks another host or
 * changes the machine: what a page shows runs without anybody having looked at it.
 */
const ALLOWED = new Set(
  (
    "awk basename bash cat chmod cp curl cut date dirname echo env false grep head jq ls mkdir mktemp mv node openssl " +
    "printf rm sed sleep sort tail tee touch tr true uniq wc"
  ).split(" "),
);

/** Makes a directory with links to the allowed commands that are installed. @param {string} directory */
export function linkTools(directory) {
  mkdirSync(directory);
  for (const name of ALLOWED) {
    const places = process.env.PATH.split(delimiter).map((path) => join(path, name));
    const found = name === "node" ? process.execPath : places.find((path) => existsSync(path));
    if (found !== undefined) symlinkSync(found, join(directory, name));
  }
  return directory;
}

/** The allowed command that a shell did not find, by what it said. @param {string} stderr */
export function missingTool(stderr) {
  const name = /([\w-]+): command not found/.exec(stderr)?.[1];
  return ALLOWED.has(name) ? name : undefined;
}

/** A command is not installed on this machine; outside of CI that is no fault of the page. */
export class MissingTool extends Error {
  /** @param {string} name */
  constructor(name) {
    super(`${name} is not installed here`);
  }
}
