import { STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type {
  Aggregation,
  BucketsResponse,
  ErrorResponse,
  LabelsResponse,
  MetricsResponse,
  ProcessesResponse,
  QueryResponse,
  ServicesResponse,
} from "@tidegauge/protocol/query";
import { CommandError, UsageError } from "../failure.js";
import { authorization, type Connection } from "./connection.js";
import { download } from "./download.js";

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

/** The server does not answer a question as it was put (status 400). */
export class Refusal extends UsageError {
  /** The server's own code, such as `too_many_series`; undefined if it gave none. */
  readonly reason: string | undefined;

  constructor(message: string, reason: string | undefined) {
    super(message);
    this.reason = reason;
  }
}

/** The server's query API. Every failure is an error that says what to do. */
export class QueryApi {
  readonly #connection: Connection;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param connection where the server is
   * @param signal ends questions under way
   */
  constructor(connection: Connection, signal?: AbortSignal) {
    this.#connection = { ...connection, url: checkUrl(connection.url) };
    this.#signal = signal;
  }

  /** Every service that reported or asked for its configuration. */
  services(): Promise<ServicesResponse> {
    return this.#get("services", new URLSearchParams());
  }

  /** The metrics of one service. */
  metrics(service: string): Promise<MetricsResponse> {
    return this.#get("metrics", new URLSearchParams({ service }));
  }

  /** The labels of one metric and their values. */
  labels(service: string, metric: string): Promise<LabelsResponse> {
    return this.#get("labels", new URLSearchParams({ service, metric }));
  }

  /** The processes that reported between two times. */
  processes(from: string, to: string): Promise<ProcessesResponse> {
    return this.#get("processes", new URLSearchParams({ from, to }));
  }

  /** One metric over time. */
  query(parameters: QueryParameters): Promise<QueryResponse> {
    const { groupBy = [], filter = [], ...plain } = parameters;
    const search = searchOf(plain);
    if (groupBy.length > 0) search.set("group_by", groupBy.join(","));
    for (const pair of filter) search.append("filter", pair);
    return this.#get("query", search);
  }

  /** The buckets of a histogram over time. */
  buckets({ filter = [], ...plain }: Omit<QueryParameters, "aggregation" | "groupBy">): Promise<BucketsResponse> {
    const search = searchOf(plain);
    for (const pair of filter) search.append("filter", pair);
    return this.#get("buckets", search);
  }

  /** Stored samples as the bytes of one file. They break off with an error if the server does. */
  async export(parameters: ExportParameters): Promise<Readable> {
    const response = await this.#reach(async (url) => download(url, this.#headers()), "export", searchOf(parameters));
    if (response.statusCode === 200) return response;
    throw this.#failure(response.statusCode ?? 0, await text(response).catch((error) => this.#brokenOff(error)));
  }

  async #get<T>(path: string, search: URLSearchParams): Promise<T> {
    const response = await this.#reach(
      (url) => fetch(url, { headers: this.#headers(), signal: this.#signal ?? null }),
      path,
      search,
    );
    const body = await response.text().catch((error) => this.#brokenOff(error));
    if (!response.ok) throw this.#failure(response.status, body);
    try {
      return JSON.parse(body) as T;
    } catch {
      throw new CommandError("SERVER_ERROR", `${this.#connection.url} is no Tidegauge server: it answers without JSON`);
    }
  }

  /** The answer had begun, so there is a server; it may have been stopped, or something between closed the connection. */
  #brokenOff({ message, cause }: Error): never {
    const why = cause instanceof Error ? cause.message : message;
    const { url } = this.#connection;
    throw new CommandError(
      "SERVER_ERROR",
      `the answer of ${url} broke off (${why}); try again, or ask for less at once`,
    );
  }

  #headers(): Record<string, string> {
    const credentials = authorization(this.#connection);
    return { Accept: "*/*", ...(credentials !== undefined && { Authorization: credentials }) };
  }

  async #reach<T>(ask: (url: URL) => Promise<T>, path: string, search: URLSearchParams): Promise<T> {
    const { url } = this.#connection;
    try {
      return await ask(new URL(`api/v1/${path}?${search}`, url.endsWith("/") ? url : `${url}/`));
    } catch (error) {
      const { cause = error } = error as Error;
      const why = cause instanceof Error ? cause.message : String(cause);
      if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test((cause as NodeJS.ErrnoException).code ?? "")) {
        throw new CommandError(
          "SERVER_UNREACHABLE",
          `the certificate of ${url} is not trusted (${why}); set NODE_EXTRA_CA_CERTS to the PEM file of its authority`,
        );
      }
      throw new CommandError(
        "SERVER_UNREACHABLE",
        `no server answers at ${url} (${why}); start one with tidegauge serve, or name it with --url`,
      );
    }
  }

  #failure(status: number, body: string): CommandError {
    const { url } = this.#connection;
    const { code, message } = errorOf(body);
    const said = message || STATUS_CODES[status] || "";
    if (status === 401) return new CommandError("UNAUTHORIZED", `${url}: ${said}; give --secret-token or --api-key`);
    if (status === 400) return new Refusal(said, code);
    return new CommandError("SERVER_ERROR", `${url} answered ${status}: ${said}`);
  }
}

/** A server's address, which may have a path; what it should not have may be a password, so it is not shown. */
function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.username !== "" || url.password !== "")) {
    throw new UsageError(`--url for ${url.host} has a user or password; give --secret-token or --api-key instead`);
  }
  if (!/^https?:$/.test(url?.protocol ?? "")) throw new UsageError(`'${text}' is not an http or https URL (--url)`);
  return text;
}

function searchOf(parameters: object): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.set(name, String(value));
  return search;
}

/** What an answer says of its failure; the beginning of its text where that is none of the query API's. */
function errorOf(body: string): Partial<ErrorResponse["error"]> {
  try {
    const { error } = JSON.parse(body) as ErrorResponse;
    if (typeof error === "object" && error !== null) return error;
  } catch {
    // told as it is
  }
  return { message: body.slice(0, 200) };
}
