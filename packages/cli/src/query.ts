import { AGGREGATIONS, type QueryResponse, type QuerySeries } from "@tidegauge/protocol/query";
import { type Command, InvalidArgumentError, Option } from "commander";
import { addConnectionOptions, type Connection } from "./api/connection.js";
import { QueryApi, type QueryParameters } from "./api/query-api.js";
import { bucketTable } from "./text/bucket-table.js";
import { printable } from "./text/line.js";
import { sparkline } from "./text/sparkline.js";
import { type Column, formatTable } from "./text/table.js";
import { formatValue } from "./text/value.js";

/** The flags of `tidegauge query`; the metric is no flag. */
interface QueryFlags extends Connection, Omit<QueryParameters, "metric"> {
  readonly buckets?: boolean;
  readonly json?: boolean;
}

const COLUMNS: readonly Column[] = [
  { heading: "SERIES" },
  { heading: "MIN", align: "right" },
  { heading: "AVG", align: "right" },
  { heading: "MAX", align: "right" },
  { heading: "LAST", align: "right" },
  { heading: "COURSE" },
];
const SPARKLINE_WIDTH = 40;

/** Adds `tidegauge query`: one metric over time, a line per series, or the server's answer as JSON. */
export function queryCommand(program: Command): void {
  const command = program
    .command("query <metric>")
    .description("Show one metric over time.")
    .option("--service <name>", "of this service (default: all)")
    .option("--environment <name>", "of this environment")
    .option("--node <name>", "of this node")
    .option("--from <time>", "ISO 8601, epoch milliseconds or now-15m", "now-15m")
    .option("--to <time>", "the same", "now")
    .option("--step <duration>", "such as 10s, 1m, 1h", "auto")
    .addOption(new Option("--aggregation <name>", "how values are joined").choices(AGGREGATIONS).default("avg"))
    .option("--group-by <keys>", "one series for each value of these labels, with commas", (keys) => keys.split(","))
    .option(
      "--filter <key:value>",
      "only series with this label; may repeat",
      (one, all: string[]) => [...all, one],
      [],
    )
    .option(
      "--limit <number>",
      "only the largest series, the others as one; with --buckets at most this many",
      parseCount,
    )
    .addOption(
      new Option("--buckets", "the buckets of a histogram, a line for each").conflicts(["aggregation", "groupBy"]),
    )
    .option("--json", "the answer as JSON");
  addConnectionOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ tidegauge query system.process.cpu.total.norm.pct --service shop
  $ tidegauge query shop.orders --aggregation rate --group-by region --from now-1h --step 1m
  $ tidegauge query shop.request.duration.sum.ms --filter route:/search --json
  $ tidegauge query transaction.duration.us --buckets --limit 20`,
    )
    .action(query);
}

function parseCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a number from 1.");
  return Number(text);
}

async function query(metric: string, flags: QueryFlags): Promise<void> {
  const { url, secretToken, apiKey, json, buckets, ...parameters } = flags;
  const api = new QueryApi({ url, ...(secretToken && { secretToken }), ...(apiKey && { apiKey }) });
  if (buckets) {
    const { aggregation, groupBy, ...selection } = parameters;
    const answer = await api.buckets({ metric, ...selection });
    if (json) process.stdout.write(`${JSON.stringify(answer)}\n`);
    else process.stdout.write(`${bucketTable(answer, SPARKLINE_WIDTH).join("\n")}\n`);
    if (!json && answer.buckets.length === 0) process.stderr.write(noData(metric));
    return;
  }
  const answer = await api.query({ metric, ...parameters });
  if (json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const rows = answer.series.map((series) => describe(series, answer));
  process.stdout.write(`${formatTable(COLUMNS, rows).join("\n")}\n`);
  const isEmpty = answer.series.every(({ points }) => points.every(([, value]) => value === null));
  if (isEmpty) process.stderr.write(noData(metric));
}

function noData(metric: string): string {
  return `no data for ${metric}; tidegauge top shows which services report\n`;
}

function describe({ labels, points }: QuerySeries, { unit }: QueryResponse): string[] {
  const values = points.map(([, value]) => value);
  const known = values.filter((value) => value !== null);
  const name = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
  const format = (value: number | undefined): string => formatValue(value ?? null, unit);
  const isKnown = known.length > 0;
  return [
    name === "" ? "(all)" : printable(name),
    format(isKnown ? Math.min(...known) : undefined),
    format(isKnown ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined),
    format(isKnown ? Math.max(...known) : undefined),
    format(known.at(-1)),
    sparkline(values, SPARKLINE_WIDTH),
  ];
}
