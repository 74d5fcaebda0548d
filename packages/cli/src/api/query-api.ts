import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type {
  Aggregation,
  ErrorResponse,
  LabelsResponse,
  MetricsResponse,
  QueryResponse,
  ServicesResponse,
} from "@tidegauge/protocol/query";
import { UsageError } from "../failure.js";
import { authorization, type Connection } from "./connection.js";

/** Parameters of `/api/v1/query` as the command line has them. */
export interface QueryParameters {
  readonly metric: string;
  readonly service?: string;
  readonly environment?: string;
  readonly node?: string;
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly aggregation: Aggregation;
  readonly groupBy?: readonly string[];
  readonly filter?: readonly string[];
  readonly limit?: number;
}

/** Parameters of `/api/v1/export`. */
export interface ExportParameters {
  readonly format: string;
  readonly service?: string | undefined;
  readonly metric?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The server's query API. Every failure is an error that says what to do. */
export class QueryApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  services(): Promise<ServicesResponse> {
    return this.#get("/api/v1/services", new URLSearchParams());
  }

  metrics(service: string): Promise<MetricsResponse> {
    return this.#get("/api/v1/metrics", new URLSearchParams({ service }));
  }

  labels(service: string, metric: string): Promise<LabelsResponse> {
    return this.#get("/api/v1/labels", new URLSearchParams({ service, metric }));
  }

  query(parameters: QueryParameters): Promise<QueryResponse> {
    const { groupBy = [], filter = [], ...plain } = parameters;
    const search = searchOf(plain);
    if (groupBy.length > 0) search.set("group_by", groupBy.join(","));
    for (const pair of filter) search.append("filter", pair);
    return this.#get("/api/v1/query", search);
  }

  /** Stored samples as the bytes of one file. They break off with an error if the server does. */
  async export(parameters: ExportParameters): Promise<Readable> {
    const { body } = await this.#ask("/api/v1/export", searchOf(parameters));
    return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
  }

  async #get<T>(path: string, search: URLSearchParams): Promise<T> {
    return (await (await this.#ask(path, search)).json()) as T;
  }

  async #ask(path: string, search: URLSearchParams): Promise<Response> {
    const { url } = this.#connection;
    const credentials = authorization(this.#connection);
    let response: Response;
    try {
      response = await fetch(new URL(`${path}?${search}`, url), {
        headers: { Accept: "*/*", ...(credentials !== undefined && { Authorization: credentials }) },
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Error(`no server answers at ${url} (${cause}); start one with tidegauge serve, or name it with --url`);
    }
    if (response.ok) return response;
    const message = await readMessage(response);
    if (response.status === 401) throw new Error(`${url}: ${message}; give --secret-token or --api-key`);
    if (response.status === 400) throw new UsageError(message);
    throw new Error(`${url} answered ${response.status}: ${message}`);
  }
}

function searchOf(parameters: object): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, String(value));
  return search;
}

async function readMessage(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as ErrorResponse).error.message;
  } catch {
    return text.slice(0, 200) || response.statusText;
  }
}
