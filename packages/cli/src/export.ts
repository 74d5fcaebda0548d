import { type Command, Option } from "commander";
import { addConnectionOptions, type Connection } from "./api/connection.js";
import { exportSamples, type SampleFormat } from "./export/samples.js";
import { exportSteps } from "./export/steps.js";
import { UsageError } from "./failure.js";

/** The flags of `tidegauge export`, as written. */
interface ExportFlags extends Connection {
  readonly raw?: boolean;
  readonly dataDir?: string;
  readonly service?: string;
  readonly metric?: string[];
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly format?: SampleFormat;
  readonly json?: boolean;
  readonly output?: string;
}

/** Adds `tidegauge export`: values a step as CSV or ND-JSON, or with `--raw` every stored sample. */
export function exportCommand(program: Command): void {
  const command = program
    .command("export")
    .description("Write stored values, one a step; or with --raw every sample, as it was received.")
    .option("--raw", "every stored sample instead of a value a step")
    .option("--data-dir <directory>", "read the store of a stopped server there instead of asking one (implies --raw)")
    .option("--service <name>", "of this service; --raw: all without it")
    .option(
      "--metric <name>",
      "only this metric (default: all); may repeat, but not with --raw",
      (one, all: string[] = []) => [...all, one],
    )
    .option("--from <time>", "ISO 8601, epoch milliseconds or now-1h (default: now-1h; --raw: the oldest sample)")
    .option("--to <time>", "the same (default: now; --raw: the newest sample)")
    .option("--step <duration>", "one row for each of these, not with --raw (default: 10s)")
    .addOption(
      new Option("--format <name>", "of the rows (default: ndjson); parquet implies --raw").choices([
        "ndjson",
        "csv",
        "parquet",
      ]),
    )
    .addOption(new Option("--json", "the same as --format ndjson").conflicts("format"))
    .option("-o, --output <file>", "write there instead of standard output");
  addConnectionOptions(command)
    .addHelpText(
      "after",
      `
A value a step is a gauge's mean (avg), what anything else rose by (sum), or a histogram's count, sum and percentiles.

Examples:
  $ tidegauge export --service shop --from now-1d --step 1m --format csv --output shop.csv
  $ tidegauge export --service shop --metric shop.orders | jq .value
  $ tidegauge export --raw --metric shop.orders --from now-1h --format csv
  $ tidegauge export --format parquet --from now-7d --output week.parquet
  $ tidegauge export --data-dir ./tidegauge-data --format parquet --output all.parquet`,
    )
    .action(exportStored);
}

async function exportStored({ metric = [], format = "ndjson", ...flags }: ExportFlags): Promise<void> {
  const { service } = flags;
  if (flags.raw === true || flags.dataDir !== undefined || format === "parquet") {
    return exportSamples({ ...flags, metric, format });
  }
  if (service === undefined) throw new UsageError("name the --service, or export every sample with --raw");
  await exportSteps({ ...flags, metric, service, format });
}
