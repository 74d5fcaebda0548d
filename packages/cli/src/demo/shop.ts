/**
 * The demo's web service. It has three faults to find on the page: `GET /search` asks the database once per product,
 * carts are never forgotten, and page views carry the visitor as a label.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Client, MetricSet } from "@tidegauge/agent";
import { DatabaseClient } from "./database-client.js";
import type { Product } from "./database-protocol.js";
import { firstReport } from "./first-report.js";
import { pay } from "./payments.js";
import { LAST_REPORT_MS, onStop } from "./stop.js";
import { VisitsMetricSet } from "./visits.js";

const client = new Client({ serviceName: "shop", serviceVersion: "1.4.0", prometheusMetrics: true });
const database = new DatabaseClient(Number(process.env.DATABASE_PORT));

const metrics = client.metrics.register(MetricSet);
const requests = metrics.counters("shop.requests", ["method", "route", "status"]);
const durations = metrics.timers("shop.request.duration", ["route"], { unit: "ms" });
const orders = metrics.counters("shop.orders", ["region", "payment"]);
const basketValue = metrics.histogram("shop.basket.value", {}, { buckets: [10, 25, 50, 100, 250, 500] });
const inFlight = metrics.gauge("shop.requests.active");
const visits = client.metrics.register(VisitsMetricSet);

/** What a customer put aside. */
interface Cart {
  readonly items: readonly Product[];
  /** Prices as they were when the customer chose, of the whole catalogue in each region: this is what fills the heap. */
  readonly prices: readonly (readonly Product[])[];
}
const carts = new Map<string, Cart>();
metrics.observe("shop.carts", () => carts.size);

/** Restarted by who started it when it has grown past this, as a container would be. */
const MEMORY_LIMIT_BYTES = Number(process.env.MEMORY_LIMIT_MB ?? 192) * 1024 * 1024;

type Handler = (url: URL, response: ServerResponse) => Promise<void>;

const REGIONS = ["eu", "us", "apac"];
const PAYMENTS = ["card", "invoice", "wallet"];

const pick = (from: readonly string[]): string => from[Math.floor(Math.random() * from.length)] ?? "";

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const listProducts: Handler = async (_url, response) => {
  answer(response, 200, (await database.products()).slice(0, 20));
};

const showProduct: Handler = async (url, response) => {
  const product = await database.product(Number(url.searchParams.get("id")));
  if (product === null) answer(response, 404, { error: "no such product" });
  else answer(response, 200, product);
};

/** One statement per candidate, one after the other, where one statement would do. */
const search: Handler = async (url, response) => {
  const word = url.searchParams.get("q") ?? "";
  const found: Product[] = [];
  for (let id = 0; id < 60; id++) {
    const product = await database.product(id);
    if (product?.name.includes(word)) found.push(product);
  }
  answer(response, 200, found);
};

const addToCart: Handler = async (url, response) => {
  const products = await database.products();
  const items = products.filter((product) => product.id % 67 === Number(url.searchParams.get("id")) % 67);
  carts.set(`${Date.now()}-${carts.size}`, { items, prices: REGIONS.map(() => structuredClone(products)) });
  answer(response, 201, { items: items.length });
};

const checkout: Handler = async (url, response) => {
  const product = await database.product(Number(url.searchParams.get("id")));
  if (product === null) {
    answer(response, 409, { error: "sold out" });
    return;
  }
  const payment = pick(PAYMENTS);
  if (!(await pay(payment))) {
    answer(response, 402, { error: "payment refused" });
    return;
  }
  await database.pushOrder(JSON.stringify({ product: product.id, at: Date.now() }));
  orders.with(pick(REGIONS), payment).inc();
  basketValue.update(product.priceCents / 100);
  answer(response, 202, { ordered: product.name });
};

const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /products": listProducts,
  "GET /product": showProduct,
  "GET /search": search,
  "POST /cart": addToCart,
  "POST /checkout": checkout,
};

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://shop");
  const method = request.method ?? "GET";
  const route = ROUTES[`${method} ${url.pathname}`];
  const name = route === undefined ? "unknown" : url.pathname;
  if (route !== undefined) client.setTransactionName(`${method} ${url.pathname}`);
  visits.view(name, url.searchParams.get("visitor") ?? "unknown");
  inFlight.inc();
  const stop = durations.with(name).start();
  try {
    if (route === undefined) answer(response, 404, { error: "no such page" });
    else await route(url, response);
  } catch (error) {
    answer(response, 503, { error: error instanceof Error ? error.message : "unknown" });
  }
  stop();
  inFlight.dec();
  requests.with(method, name, String(response.statusCode)).inc();
}

const server = createServer((request, response) => void handle(request, response));
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on ${address.port}`);
  firstReport(client);
});

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  database.close();
  await client.close(LAST_REPORT_MS);
}

onStop(stop);
setInterval(() => {
  if (process.memoryUsage.rss() < MEMORY_LIMIT_BYTES) return;
  console.error("shop: memory limit reached");
  void stop().finally(() => process.exit(1));
}, 5_000).unref();
