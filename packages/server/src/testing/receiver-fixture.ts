import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../health/log.js";
import type { Route } from "../http/route.js";
import { parseOptions, type ServerOptions } from "../options.js";
import { Receiver } from "../receiver.js";
import { MemoryOutput } from "./memory-output.js";

/** A receiver on a free loopback port with an output in memory. */
export interface ReceiverFixture {
  readonly url: string;
  readonly port: number;
  readonly output: MemoryOutput;
  readonly dataDir: string;
  /** Every log record so far, as text. */
  readonly logs: string[];
  readonly receiver: Receiver;
  close(): Promise<void>;
}

/** Starts a server on a free port for one test; without `dataDir` in a directory that goes with it. */
export async function startReceiver(
  options: ServerOptions = {},
  routes: readonly Route[] = [],
): Promise<ReceiverFixture> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "tidegauge-receiver-"));
  const output = new MemoryOutput();
  const logs: string[] = [];
  const log = (level: string) => (fields: object, message: string) => {
    logs.push(JSON.stringify({ level, message, ...fields }));
  };
  const logger: Logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  const receiver = new Receiver({
    options: parseOptions({ port: 0, shutdownTimeout: "1s", ...options, dataDir }),
    tls: undefined,
    output,
    logger,
    routes: () => routes,
  });
  const url = await receiver.start();
  return {
    url,
    port: Number(new URL(url).port),
    output,
    dataDir,
    logs,
    receiver,
    async close() {
      await receiver.drain();
      await receiver.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** An answer, its body as text and, where it is JSON, parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text parsed, or undefined. */
  readonly json: Record<string, unknown> | undefined;
}

/** One request without any header that is not given, over a connection of its own. */
export function send(
  url: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: Buffer | string;
    chunked?: boolean;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = options.body === undefined ? undefined : Buffer.from(options.body as string);
    const headers: Record<string, string | number> = { ...options.headers };
    if (body !== undefined && options.chunked !== true) headers["Content-Length"] = body.length;
    const request = httpRequest(url, { method: options.method ?? "GET", headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The metadata line the tests send first. */
export const METADATA_LINE = '{"metadata":{"service":{"name":"edge","agent":{"name":"python","version":"6.26.2"}}}}\n';

/** A metricset line with one sample. */
export function metricsetLine(name: string, value: number): string {
  return `${JSON.stringify({ metricset: { samples: { [name]: { value } }, timestamp: 1_700_000_000_000_000 } })}\n`;
}
