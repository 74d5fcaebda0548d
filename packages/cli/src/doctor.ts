import type { Command } from "commander";
import { Option } from "commander";
import pc from "picocolors";
import { examineClient } from "./doctor/examined-client.js";
import type { Finding, Verdict } from "./doctor/finding.js";
import { checkConfiguration, checkHooks, checkNode, checkServiceName } from "./doctor/local-checks.js";
import { checkMigration } from "./doctor/migration-checks.js";
import { checkServer } from "./doctor/server-checks.js";

interface DoctorFlags {
  readonly directory: string;
  readonly from?: "elastic-apm-node";
  readonly json?: boolean;
}

const SIGNS: Readonly<Record<Verdict, string>> = {
  pass: pc.green("pass"),
  warn: pc.yellow("warn"),
  fail: pc.red("FAIL"),
};

/** Adds `tidegauge doctor`: whether metrics of the application in a directory would arrive, and if not, what to do. */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("Check whether this application's metrics arrive, and say what to do if not.")
    .option("--directory <path>", "of the application", process.cwd())
    .addOption(
      new Option("--from <agent>", "also say what changes for an application that uses it").choices([
        "elastic-apm-node",
      ]),
    )
    .option("--json", "the findings as JSON")
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
  const findings: Finding[] = [];
  const report = (found: readonly Finding[]): void => {
    findings.push(...found);
    if (!json) for (const finding of found) process.stdout.write(`${describe(finding)}\n`);
  };
  const examined = examineClient(directory);
  try {
    report([checkNode()]);
    report(checkConfiguration(examined));
    report([checkServiceName(examined)]);
    report(checkHooks(directory));
    if (from !== undefined) report(checkMigration(process.env, directory));
    report(await checkServer(examined));
  } finally {
    await examined.client.close();
  }
  if (json) process.stdout.write(`${JSON.stringify({ findings })}\n`);
  else process.stdout.write(`${summarise(findings)}\n`);
  if (findings.some(({ verdict }) => verdict === "fail")) process.exitCode = 1;
}

function describe({ verdict, check, message, fix }: Finding): string {
  const line = `${SIGNS[verdict]}  ${pc.bold(check)}  ${message}`;
  return fix === undefined ? line : `${line}\n      ${pc.dim("→")} ${fix}`;
}

function summarise(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  return `\n${count("pass")} passed, ${count("warn")} to look at, ${count("fail")} failed`;
}
