import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Finding, Verdict } from "./doctor/finding.js";
import { EXIT, UsageError } from "./failure.js";
import { colours } from "./text/colours.js";
import { printable } from "./text/line.js";

interface DoctorFlags {
  readonly directory: string;
  readonly from?: "elastic-apm-node";
  readonly json?: boolean;
}

const SIGNS: Readonly<Record<Verdict, string>> = {
  pass: colours.green("pass"),
  warn: colours.yellow("warn"),
  fail: colours.red("FAIL"),
};

/** Adds `tidegauge doctor`: whether metrics of the application in a directory would arrive, and if not, what to do. */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("Check whether this application's metrics arrive, and say what to do if not.")
    .addOption(new Option("--directory <path>", "of the application").default(process.cwd(), "the working directory"))
    .addOption(
      new Option("--from <agent>", "also say what changes for an application that uses it").choices([
        "elastic-apm-node",
      ]),
    )
    .option("--json", "the findings as JSON: check, verdict, message, fix")
    .addHelpText(
      "after",
      `
Ends with exit code 1 if a check failed. It reads the same ELASTIC_APM_… variables and configuration file as the agent.

Examples:
  $ tidegauge doctor
  $ ELASTIC_APM_SERVER_URL=https://apm:8200 tidegauge doctor --json
  $ tidegauge doctor --from elastic-apm-node`,
    )
    .action(doctor);
}

async function doctor({ directory, from, json }: DoctorFlags): Promise<void> {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${directory} is no directory (--directory)`);
  }
  const findings: Finding[] = [];
  // Loaded here, since the other commands start faster without the agent.
  const { examine } = await import("./doctor/examination.js");
  for await (const finding of examine(resolve(directory), from !== undefined)) {
    findings.push(finding);
    if (!json) process.stdout.write(`${describe(finding)}\n`);
  }
  process.stdout.write(`${json ? JSON.stringify({ findings }) : summarise(findings)}\n`);
  if (findings.some(({ verdict }) => verdict === "fail")) process.exitCode = EXIT.failure;
}

function describe({ verdict, check, message, fix }: Finding): string {
  const line = `${SIGNS[verdict]}  ${colours.bold(check)}  ${printable(message)}`;
  return fix === undefined ? line : `${line}\n      ${colours.dim("→")} ${fix}`;
}

function summarise(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  return `\n${count("pass")} passed, ${count("warn")} to look at, ${count("fail")} failed`;
}
