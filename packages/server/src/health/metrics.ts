import { monitorEventLoopDelay } from "node:perf_hooks";
import type { OutputMetric } from "../output/output.js";

/** Upper bounds of the commit latency's buckets, seconds. */
const COMMIT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * What the server says about itself at `GET /metrics`, in Prometheus text. Plain fields, added to where things happen; rates are the reader's
 * `rate(…_total)`.
 */
export class ServerMetrics {
  /** Open connections. */
  connections = 0;
  /** Intake requests being read, decoded or written. */
  intakeInFlight = 0;
  /** Batches and metricsets handed to the output and not yet durable: the queue. */
  queuedBatches = 0;
  queuedMetricsets = 0;
  /** Compressed bytes of intake bodies as they came, and after decoding. */
  receivedBytes = 0;
  decodedBytes = 0;
  /** Batches answered without being stored again (D-SRV-2). */
  repeatedBatches = 0;
  readonly #accepted = new Map<string, number>();
  readonly #requests = new Map<number, number>();
  readonly #eventErrors = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #configPolls = new Map<number, number>();
  readonly #commits: number[] = COMMIT_BUCKETS.map(() => 0);
  #commitCount = 0;
  #commitSeconds = 0;
  readonly #startMs = Date.now();
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.#delay.enable();
  }

  /** Events of one type that were accepted: `metricset`, `transaction`, `span`, `error`, `log`. */
  accepted(type: string, count: number): void {
    if (count > 0) add(this.#accepted, type, count);
  }

  /** An intake request was answered with this status. */
  answered(status: number): void {
    add(this.#requests, status, 1);
  }

  /** An event of an intake request was not accepted: `decode`, `validation`, `tooLarge`, `unknownType`. */
  eventError(kind: string, count = 1): void {
    add(this.#eventErrors, kind, count);
  }

  /** A request, connection, sample or metricset was turned away; by reason. */
  refused(reason: string, count = 1): void {
    add(this.#refused, reason, count);
  }

  /** A configuration poll was answered with this status. */
  configPoll(status: number): void {
    add(this.#configPolls, status, 1);
  }

  /** The output made a batch durable after this time, waiting included. */
  committed(seconds: number): void {
    this.#commitCount++;
    this.#commitSeconds += seconds;
    for (let i = 0; i < COMMIT_BUCKETS.length; i++) {
      if (seconds <= (COMMIT_BUCKETS[i] as number)) {
        this.#commits[i] = (this.#commits[i] as number) + 1;
        break;
      }
    }
  }

  /** The exposition. `version` is the server's own; `ready` whether it can write now; `output` what it says about itself. */
  text(version: string, ready: boolean, output: readonly OutputMetric[] = []): string {
    const out: string[] = [];
    metric(out, "tidegauge_build_info", "gauge", "The server's version.", [[`version="${version}"`, 1]]);
    metric(out, "tidegauge_ready", "gauge", "1 while the output can take a batch.", [["", ready ? 1 : 0]]);
    metric(out, "tidegauge_connections", "gauge", "Open connections.", [["", this.connections]]);
    metric(out, "tidegauge_intake_requests_in_flight", "gauge", "Intake requests being read or written.", [
      ["", this.intakeInFlight],
    ]);
    metric(
      out,
      "tidegauge_intake_requests_total",
      "counter",
      "Intake requests, by status.",
      rows("status", this.#requests),
    );
    metric(out, "tidegauge_intake_events_total", "counter", "Accepted events, by type.", rows("type", this.#accepted));
    metric(
      out,
      "tidegauge_intake_event_errors_total",
      "counter",
      "Events that were not accepted, by kind of error.",
      rows("kind", this.#eventErrors),
    );
    metric(out, "tidegauge_intake_received_bytes_total", "counter", "Bytes of intake bodies as they came.", [
      ["", this.receivedBytes],
    ]);
    metric(out, "tidegauge_intake_decoded_bytes_total", "counter", "Bytes of intake bodies after decompression.", [
      ["", this.decodedBytes],
    ]);
    metric(
      out,
      "tidegauge_refused_total",
      "counter",
      "Connections, requests, metricsets and samples turned away, by reason.",
      rows("reason", this.#refused),
    );
    metric(out, "tidegauge_repeated_batches_total", "counter", "Batches that were durable already.", [
      ["", this.repeatedBatches],
    ]);
    metric(out, "tidegauge_queue_batches", "gauge", "Batches waiting to become durable.", [["", this.queuedBatches]]);
    metric(out, "tidegauge_queue_metricsets", "gauge", "Metricsets waiting to become durable.", [
      ["", this.queuedMetricsets],
    ]);
    metric(
      out,
      "tidegauge_config_polls_total",
      "counter",
      "Agent configuration polls, by status.",
      rows("status", this.#configPolls),
    );
    this.#commitLatency(out);
    for (const { name, type, help, values } of output) metric(out, name, type, help, values);
    const cpu = process.cpuUsage();
    metric(out, "process_cpu_seconds_total", "counter", "CPU time of the server process.", [
      ["", (cpu.user + cpu.system) / 1e6],
    ]);
    metric(out, "process_resident_memory_bytes", "gauge", "Resident memory.", [["", process.memoryUsage.rss()]]);
    metric(out, "process_start_time_seconds", "gauge", "Start, seconds since the epoch.", [["", this.#startMs / 1000]]);
    metric(out, "tidegauge_event_loop_delay_max_seconds", "gauge", "Longest event loop delay since the last scrape.", [
      ["", Math.max(0, this.#delay.max) / 1e9],
    ]);
    this.#delay.reset();
    return out.join("");
  }

  /** Stops measuring the event loop. */
  close(): void {
    this.#delay.disable();
  }

  #commitLatency(out: string[]): void {
    const name = "tidegauge_commit_seconds";
    out.push(`# HELP ${name} Time until a batch was durable, waiting included.\n# TYPE ${name} histogram\n`);
    let sum = 0;
    for (let i = 0; i < COMMIT_BUCKETS.length; i++) {
      sum += this.#commits[i] as number;
      out.push(`${name}_bucket{le="${COMMIT_BUCKETS[i]}"} ${sum}\n`);
    }
    out.push(`${name}_bucket{le="+Inf"} ${this.#commitCount}\n`);
    out.push(`${name}_sum ${this.#commitSeconds}\n${name}_count ${this.#commitCount}\n`);
  }
}

function add<K>(map: Map<K, number>, key: K, count: number): void {
  map.set(key, (map.get(key) ?? 0) + count);
}

/** Keys are reasons, types and statuses of this code, never text of a client, so they need no escaping. */
function rows(label: string, map: ReadonlyMap<string | number, number>): [string, number][] {
  const result: [string, number][] = [];
  for (const [key, value] of map) result.push([`${label}="${key}"`, value]);
  return result;
}

function metric(out: string[], name: string, type: string, help: string, values: readonly [string, number][]): void {
  if (values.length === 0) return;
  out.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  for (const [labels, value] of values) out.push(`${name}${labels === "" ? "" : `{${labels}}`} ${value}\n`);
}
