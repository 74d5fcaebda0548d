import { runProgram } from "./program.js";

/** Whoever reads our output, `head` perhaps, may have had enough: that is their right and no failure. */
const onBrokenPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
};
process.stdout.on("error", onBrokenPipe);
process.stderr.on("error", onBrokenPipe);

process.exitCode = await runProgram(process.argv.slice(2));
