import { CommandError, describeFailure, EXIT, reportFailure } from "./failure.js";
import { runProgram, wantsJson } from "./program.js";

const args = process.argv.slice(2);

/** Whoever reads our output, `head` perhaps, may have had enough: that is their right and no failure. */
const isEnough = ({ code }: NodeJS.ErrnoException): boolean => code === "EPIPE";

process.stdout.on("error", (error) => {
  if (isEnough(error)) process.exit();
  const failure = new CommandError("OUTPUT_INCOMPLETE", `standard output could not be written: ${error.message}`);
  reportFailure(describeFailure(failure), wantsJson(args));
  process.exit(EXIT.failure);
});
// Of what cannot be told nobody would hear; the work goes on.
process.stderr.on("error", (error) => {
  if (isEnough(error)) process.exit();
});

process.exitCode = await runProgram(args);
