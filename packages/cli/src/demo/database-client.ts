import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { getClient } from "@tidegauge/agent";
import type { Product, Request, Response } from "./database-protocol.js";

/** A connection to the demo's database; statements may overlap. Each is a span, since no hook knows this database. */
export class DatabaseClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  /** @param port the database's port on this machine */
  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setNoDelay(true);
    const lines = createInterface({ input: this.#socket }).on("error", () => {}); // a lost connection is told twice
    lines.on("line", (line) => {
      const response = JSON.parse(line) as Response;
      this.#waiting.get(response.id)?.resolve(response.result);
      this.#waiting.delete(response.id);
    });
    const fail = (): void => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the database is gone"));
      this.#waiting.clear();
    };
    this.#socket.on("error", fail).on("close", fail);
  }

  /** The product with this id, or null. */
  async product(id: number): Promise<Product | null> {
    return (await this.#ask({ operation: "get", key: String(id) })) as Product | null;
  }

  /** The whole catalogue. */
  async products(): Promise<Product[]> {
    return (await this.#ask({ operation: "list" })) as Product[];
  }

  /** Appends an order to the queue. */
  async pushOrder(order: string): Promise<void> {
    await this.#ask({ operation: "push", value: order });
  }

  /** Takes the oldest order off the queue, or null. */
  async popOrder(): Promise<string | null> {
    return (await this.#ask({ operation: "pop" })) as string | null;
  }

  /** Orders waiting. */
  async waitingOrders(): Promise<number> {
    return (await this.#ask({ operation: "length" })) as number;
  }

  /** Ends the connection; what is unanswered fails. */
  close(): void {
    this.#socket.destroy();
  }

  #ask(statement: Omit<Request, "id">): Promise<unknown> {
    return getClient().withSpan(statement.operation, "db", "shopdb", () => this.#send(statement));
  }

  #send(statement: Omit<Request, "id">): Promise<unknown> {
    if (this.#socket.destroyed) return Promise.reject(new Error("the database is gone"));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ id, ...statement })}\n`);
    });
  }
}
