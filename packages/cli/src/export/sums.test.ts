// What an export of a value a step has to add up to: the samples themselves, as `export --raw` writes them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReadingServer, type Sender } from "../reading-server.testing.js";

/** A row of either export. */
interface Row {
  readonly metric: string;
  readonly aggregation: string;
  readonly timestamp: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
interface RawRow {
  readonly metric: string;
  readonly process: string;
  readonly node: string;
  readonly time: string;
  readonly value: number;
  readonly values: readonly number[] | null;
  readonly counts: readonly number[] | null;
}

const T = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
const MINUTES = 5;
const at = (second: number): number => (T + second * 1000) * 1000;
const counter = (value: number): object => ({ type: "counter", value });
const delta = (value: number): object => ({ ...counter(value), temporality: "delta" });
const histogram = (counts: number[]): object => ({ type: "histogram", values: [1, 20, 300], counts });

/** The reports of one process every 10 s. Its total starts at `begin` and falls to 2 at its sixth report, as one that was set back. */
function reports(fromSecond: number, toSecond: number, begin: number, region: string): object[] {
  const metricsets: object[] = [];
  for (let second = fromSecond, n = 0; second < toSecond; second += 10, n++) {
    const total = n < 6 ? begin + 5 * n : 2 + 3 * (n - 6);
    const tags = { region };
    const transaction = { name: region === "eu" ? "GET /" : "POST /", type: "request" };
    metricsets.push(
      { timestamp: at(second), tags, samples: { hits: delta(n + 1), total: counter(total) } },
      {
        timestamp: at(second),
        samples: { "memory.total": { type: "gauge", value: 1000 }, load: { type: "gauge", value: 0.5 } },
      },
      {
        timestamp: at(second),
        samples: { wait: { ...histogram([n, 2, 1]), temporality: "delta" }, since: histogram([3 * n, n, 0]) },
      },
      {
        timestamp: at(second),
        transaction,
        span: { type: "db", subtype: "redis" },
        samples: { "span.self_time.count": delta(2), "span.self_time.sum.us": delta(70) },
      },
      {
        timestamp: at(second),
        transaction,
        span: { type: "app" },
        samples: { "span.self_time.count": delta(1), "span.self_time.sum.us": delta(30) },
      },
    );
  }
  return metricsets;
}

let server: ReadingServer;
let rows: Row[];
let raw: RawRow[];

const sender = (node: string, process: string): Sender => ({ service: "bank", node, process });
const lines = <T>(text: string): T[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

async function exported(fromMs: number, toMs: number, step = "1m"): Promise<Row[]> {
  const window = ["--from", String(fromMs), "--to", String(toMs), "--step", step];
  const { stdout, stderr } = await server.read("export", "--service", "bank", ...window);
  expect(stderr).toMatch(/^exported \d+ rows of 8 metrics\n$/);
  return lines<Row>(stdout);
}

beforeAll(async () => {
  server = await ReadingServer.start();
  // n1 is a cluster: two workers at once, of which one is replaced after two minutes, within a step. Another node stands beside it.
  await server.send(sender("n1", "p1"), reports(0, 130, 100, "eu"));
  await server.send(sender("n1", "p2"), reports(0, 300, 40, "us"), 1);
  await server.send(sender("n1", "p3"), reports(140, 300, 7, "eu"));
  await server.send(sender("n2", "p4"), reports(5, 300, 0, "eu"));
  rows = await exported(T, T + MINUTES * 60_000);
  raw = lines<RawRow>((await server.read("export", "--raw", "--service", "bank")).stdout);
});

afterAll(() => server.stop());

const of = (metric: string, aggregation?: string): Row[] =>
  rows.filter((row) => row.metric === metric && (aggregation ?? row.aggregation) === row.aggregation);
const rawOf = (metric: string): RawRow[] => raw.filter((row) => row.metric === metric);
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const total = (some: readonly Row[]): number => sum(some.map(({ value }) => value));

/** What happened by the samples of cumulative series: each counts from its predecessor, after a fall and in a process known from its start from 0. */
function increase(samples: readonly (RawRow & { seen: number })[], isKnown: (process: string) => boolean): number {
  const last = new Map<string, number>();
  return sum(
    samples.map(({ process, seen }) => {
      const before = last.get(process) ?? (isKnown(process) ? 0 : seen);
      last.set(process, seen);
      return seen < before ? seen : seen - before;
    }),
  );
}

describe("the values of an export a step", () => {
  it("QRY-11 QRY-12 name how they were made, by the kind of the metric", () => {
    const made = new Map<string, Set<string>>();
    for (const { metric, aggregation } of rows) made.set(metric, (made.get(metric) ?? new Set()).add(aggregation));
    expect(Object.fromEntries([...made].map(([metric, by]) => [metric, [...by].join(" ")]))).toEqual({
      hits: "sum",
      load: "avg",
      "memory.total": "avg",
      since: "count sum p50 p95 p99",
      "span.self_time.count": "sum",
      "span.self_time.sum.us": "sum",
      total: "sum",
      wait: "count sum p50 p95 p99",
    });
  });

  it("QRY-11 of what resets with each report are all its reports: the steps add up to the samples", () => {
    for (const metric of ["hits", "span.self_time.count", "span.self_time.sum.us"]) {
      expect(rawOf(metric).length).toBeGreaterThan(of(metric).length);
      expect(total(of(metric)), metric).toBe(sum(rawOf(metric).map(({ value }) => value)));
    }
    const first = of("hits").filter(({ node, labels }) => node === "n1" && labels.region === "eu")[0];
    expect(first?.value).toBe(1 + 2 + 3 + 4 + 5 + 6); // the first minute of p1
  });

  it("QRY-12 of what only rises are the increases of each process, through restarts and falls", () => {
    const isKnown = (process: string): boolean => process.includes("p2");
    expect(rawOf("total").some(({ process }) => isKnown(process))).toBe(true);
    const samples = rawOf("total").map((row) => ({ ...row, seen: row.value }));
    expect(total(of("total"))).toBe(increase(samples, isKnown));
    // Never more than could have happened: a sum of what stood there would be thousands.
    expect(total(of("total"))).toBeLessThan(500);
  });

  it("QRY-14 of histograms count and sum what was observed", () => {
    const observed = ({ counts }: RawRow): number => sum(counts ?? []);
    const worth = ({ values, counts }: RawRow): number =>
      sum((values ?? []).map((value, n) => value * (counts?.[n] ?? 0)));
    expect(total(of("wait", "count"))).toBe(sum(rawOf("wait").map(observed)));
    expect(total(of("wait", "sum"))).toBe(sum(rawOf("wait").map(worth)));
    const isKnown = (process: string): boolean => process.includes("p2");
    const counted = rawOf("since").map((row) => ({ ...row, seen: observed(row) }));
    expect(total(of("since", "count"))).toBe(increase(counted, isKnown));
  });

  it("QRY-10 of what is measured are means over time and over the processes of a node, however many there are", () => {
    for (const [metric, value] of [
      ["load", 0.5],
      ["memory.total", 1000],
    ] as const) {
      expect(of(metric)).toHaveLength(2 * MINUTES);
      expect(new Set(of(metric).map((row) => row.value))).toEqual(new Set([value]));
    }
  });

  it("tell breakdown apart by transaction and span type", () => {
    const spans = of("span.self_time.sum.us").filter(({ node }) => node === "n1");
    expect(new Set(spans.map(({ labels }) => JSON.stringify(labels)))).toEqual(
      new Set(
        ["GET /", "POST /"].flatMap((name) => [
          JSON.stringify({ "transaction.name": name, "transaction.type": "request", "span.type": "app" }),
          JSON.stringify({
            "transaction.name": name,
            "transaction.type": "request",
            "span.type": "db",
            "span.subtype": "redis",
          }),
        ]),
      ),
    );
    expect(of("hits").every(({ labels }) => Object.keys(labels).join() === "region")).toBe(true);
  });

  it("add up over two exports that meet anywhere, and whatever the step is", async () => {
    const meetMs = T + 93_456;
    const halves = [...(await exported(T, meetMs)), ...(await exported(meetMs, T + MINUTES * 60_000))];
    const fine = await exported(T, T + MINUTES * 60_000, "7s");
    for (const [metric, aggregation] of [
      ["hits", "sum"],
      ["total", "sum"],
      ["span.self_time.sum.us", "sum"],
      ["wait", "count"],
      ["wait", "sum"],
      ["since", "count"],
    ]) {
      const same = (row: Row): boolean => row.metric === metric && row.aggregation === aggregation;
      expect(total(halves.filter(same)), `${metric} in two`).toBe(total(of(String(metric), aggregation)));
      expect(total(fine.filter(same)), `${metric} by 7 s`).toBe(total(of(String(metric), aggregation)));
    }
  });
});
