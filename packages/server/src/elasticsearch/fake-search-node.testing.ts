import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A document as a bulk request brought it. */
export interface ReceivedDocument {
  readonly index: string;
  readonly id: string;
  readonly source: Record<string, unknown>;
}

/** Answers like a search node, keeps what it takes in memory, and fails as it is told. */
export class FakeSearchNode {
  readonly documents = new Map<string, ReceivedDocument>();
  readonly requests: { method: string; path: string; authorization: string | undefined; gzip: boolean }[] = [];
  /** The node has Elastic's own templates, and says the product's name. */
  isElastic = false;
  /** Status of a whole bulk request instead of taking it. */
  bulkStatus: number | undefined;
  /** What it says then. */
  bulkText = '{"error":"overloaded"}';
  /** A bulk request whose body is larger than this gets {@link tooLargeStatus}. */
  maxBulkBytes = Number.POSITIVE_INFINITY;
  tooLargeStatus = 413;
  /** Status of every question about templates, instead of an answer. */
  templateStatus: number | undefined;
  /** Takes requests and never answers. */
  hangs = false;
  /** Takes the documents, and breaks off in the middle of the answer. */
  cutsAnswers = false;
  /** Makes it speak TLS; to be set before {@link start}. */
  tls: { cert: Buffer; key: Buffer } | undefined;
  readonly #templates = new Map<string, string>();
  /** Status of single items instead of taking them. */
  itemStatus: (document: ReceivedDocument) => number | undefined = () => undefined;
  /** The error's type then. */
  itemErrorType = "t";
  /** An item that makes the whole request a 400. */
  malformed: (document: ReceivedDocument) => boolean = () => false;
  /** Takes the documents, then drops the connection instead of answering. */
  losesAnswers = false;
  #server: Server | undefined;
  #port = 0;

  /** Listens, on the same port as before after a {@link stop}. */
  async start(): Promise<string> {
    const handle = (request: IncomingMessage, response: ServerResponse): void => void this.#handle(request, response);
    this.#server = this.tls === undefined ? createServer(handle) : createTlsServer(this.tls, handle);
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.url;
  }

  get url(): string {
    return `${this.tls === undefined ? "http" : "https"}://127.0.0.1:${this.#port}`;
  }

  /** Comes back as a new node does. */
  wipe(): void {
    this.documents.clear();
    this.#templates.clear();
  }

  /** Has the template of this path, such as `_index_template/x`, been put? */
  hasTemplate(path: string): boolean {
    return this.#templates.has(`/${path}`);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    this.#server?.closeAllConnections();
    await closed;
  }

  /** How many documents hold this metric, in either form. */
  count(metric: string): number {
    let count = 0;
    for (const { source } of this.documents.values()) {
      const samples = (source.metricset as { samples?: { name: string }[] }).samples;
      if (metric in source || samples?.some(({ name }) => name === metric)) count++;
    }
    return count;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const gzip = request.headers["content-encoding"] === "gzip";
    const body = gzip ? gunzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks);
    const path = new URL(request.url ?? "/", "http://node").pathname;
    this.requests.push({ method: request.method ?? "", path, authorization: request.headers.authorization, gzip });
    if (this.hangs) return;
    if (this.isElastic) response.setHeader("X-elastic-product", "Elasticsearch");
    response.setHeader("Content-Type", "application/json");
    if (path === "/_bulk") this.#bulk(body, response);
    else this.#template(request.method, path, body.toString(), response);
  }

  #template(method: string | undefined, path: string, body: string, response: ServerResponse): void {
    response.statusCode = this.templateStatus ?? 200;
    if (path.startsWith("/_index_template/metrics-apm")) {
      const index_templates = this.isElastic ? [{ name: "metrics-apm.app@template" }] : [];
      response.end(JSON.stringify({ index_templates }));
    } else if (method === "PUT") {
      this.#templates.set(path, body);
      response.end('{"acknowledged":true}');
    } else {
      const known = this.#templates.get(path);
      if (known === undefined) response.statusCode = 404;
      response.end(known === undefined ? "{}" : `{"index_templates":[{"index_template":${known}}]}`);
    }
  }

  #bulk(body: Buffer, response: ServerResponse): void {
    if (this.bulkStatus !== undefined) {
      response.statusCode = this.bulkStatus;
      response.end(this.bulkText);
      return;
    }
    if (body.length > this.maxBulkBytes) {
      response.statusCode = this.tooLargeStatus;
      response.end('{"error":"too large"}');
      return;
    }
    const documents = documentsOf(body);
    if (documents.some(this.malformed)) {
      response.statusCode = 400;
      response.end('{"error":"malformed action line"}');
      return;
    }
    const items: unknown[] = [];
    for (const document of documents) {
      const key = `${document.index}/${document.id}`;
      const status = this.itemStatus(document) ?? (this.documents.has(key) ? 409 : 201);
      if (status === 201) this.documents.set(key, document);
      items.push({
        create: status === 201 ? { status } : { status, error: { type: this.itemErrorType, reason: "r" } },
      });
    }
    const answer = JSON.stringify({ errors: items.some((item) => JSON.stringify(item).includes("error")), items });
    if (this.losesAnswers) response.destroy();
    else if (this.cutsAnswers)
      response.writeHead(200, { "Content-Length": answer.length }).write(answer.slice(0, answer.length / 2), () => {
        response.destroy();
      });
    else response.end(answer);
  }
}

function documentsOf(body: Buffer): ReceivedDocument[] {
  const lines = body.toString("utf8").trimEnd().split("\n");
  const documents: ReceivedDocument[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const { create } = JSON.parse(lines[at] as string) as { create: { _index: string; _id: string } };
    const source = JSON.parse(lines[at + 1] as string) as Record<string, unknown>;
    documents.push({ index: create._index, id: create._id, source });
  }
  return documents;
}
