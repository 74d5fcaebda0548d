/**
 * The demo's database: products, and a queue of orders, behind one JSON object a line over TCP. It has no agent, as
 * databases have none; what it costs is seen from the services that ask it.
 */
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type Product, type Request, type Response, sampleProducts } from "./database-protocol.js";

const products: readonly Product[] = sampleProducts();
const orders: string[] = [];
let running = 0;

/** Milliseconds a statement takes: a base by kind, some spread, and more while many run at once. */
function latencyMs(operation: Request["operation"]): number {
  const baseMs = { get: 2, list: 6, push: 3, pop: 1, length: 1 }[operation];
  return baseMs * (0.7 + 0.6 * Math.random()) * (1 + running / 20);
}

function execute(request: Request): unknown {
  switch (request.operation) {
    case "get":
      return products[Number(request.key)] ?? null;
    case "list":
      return products;
    case "push":
      return orders.push(request.value ?? "");
    case "pop":
      return orders.shift() ?? null;
    case "length":
      return orders.length;
  }
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  const lines = createInterface({ input: socket }).on("error", () => {}); // a lost connection is told twice
  lines.on("line", (line) => {
    const request = JSON.parse(line) as Request;
    running++;
    setTimeout(() => {
      running--;
      const response: Response = { id: request.id, result: execute(request) };
      socket.write(`${JSON.stringify(response)}\n`);
    }, latencyMs(request.operation));
  });
}

const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  serve(socket);
});
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on ${address.port}`);
});

// Ctrl-C reaches every process at once; those that ask the database end first, and then it is told to.
process.on("SIGINT", () => {});
process.once("SIGTERM", () => {
  server.close(() => process.exit(0)); // its leash would hold it
  for (const socket of sockets) socket.destroy();
});
