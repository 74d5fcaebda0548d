// `npm start`, `npm test` and `npm run build`: sets up what is missing or stale in this clone, then does the job.
// Built-ins only, since it runs before anything is installed. The scripts of package.json call it by name because
// `ignore-scripts=true` would skip a `prestart`.
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setUp } from "./setup.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each command needs installed, and the program it becomes afterwards, with its first arguments. */
const COMMANDS = {
  start: { scope: "start", program: "packages/cli/bin/tidegauge.js", args: ["demo"] },
  test: { scope: "all", program: "node_modules/vitest/vitest.mjs", args: ["run"] },
  build: { scope: "start" },
  setup: { scope: "all" },
};

const say = (line) => process.stderr.write(`tidegauge: ${line}\n`);

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23) return;
  say(`Node ${process.versions.node} is not supported; use 20.19 or later of line 20, 22.12 or later.`);
  process.exit(1);
}

async function main(name, args) {
  const command = COMMANDS[name];
  if (command === undefined) {
    say(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join("|")} [arguments]`);
    process.exit(2);
  }
  refuseOldNode();
  // While setting up, a signal must end the children and give the lock back, which the exit listeners do.
  const interrupted = () => process.exit(130);
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  await setUp(root, command.scope, say);
  process.removeListener("SIGINT", interrupted).removeListener("SIGTERM", interrupted);
  if (command.program === undefined) return;
  // The program takes over this process: one process less to pass signals through, and nothing added to its start.
  const program = join(root, command.program);
  process.argv.splice(1, process.argv.length, program, ...command.args, ...args);
  await import(pathToFileURL(program).href);
}

const [name, ...args] = process.argv.slice(2);
try {
  await main(name, args);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
