/** The demo's customers: calm and busy minutes in turn, with a rush of orders now and then. */
import { Agent, request } from "node:http";
import { onStop } from "./stop.js";

const port = Number(process.env.SHOP_PORT);
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const startedMs = Date.now();

/** Requests a second at this moment: a wave of two minutes, and every 90 seconds a rush of 20. */
function requestsPerSecond(elapsedS: number): number {
  const wave = 6 + 4 * Math.sin((2 * Math.PI * elapsedS) / 120);
  return isRush(elapsedS) ? wave + 12 : wave;
}

const isRush = (elapsedS: number): boolean => elapsedS % 90 > 70;

let visitors = 0;

/** Every third request is of somebody new. */
function visitor(): string {
  if (Math.random() < 1 / 3) visitors++;
  return `v-${String(visitors).padStart(5, "0")}`;
}

function nextRequest(elapsedS: number): { method: string; path: string } {
  const id = Math.floor(Math.random() * 205); // 200 to 204 do not exist
  const dice = Math.random();
  if (dice < (isRush(elapsedS) ? 0.5 : 0.2)) return { method: "POST", path: `/checkout?id=${id}` };
  if (dice < 0.55) return { method: "POST", path: `/cart?id=${id}` };
  if (dice < 0.62) return { method: "GET", path: "/search?q=anchor" };
  if (dice < 0.85) return { method: "GET", path: `/product?id=${id}` };
  return { method: "GET", path: "/products" };
}

function send(elapsedS: number): void {
  const { method, path } = nextRequest(elapsedS);
  const url = `${path}${path.includes("?") ? "&" : "?"}visitor=${visitor()}`;
  request({ host: "127.0.0.1", port, method, path: url, agent }, (response) => response.resume())
    .on("error", () => {}) // the shop restarts: its customers come back
    .end();
}

/** Arrivals at random, as customers come: exponential gaps around the rate of the moment. */
function arrive(): void {
  const elapsedS = (Date.now() - startedMs) / 1000;
  send(elapsedS);
  setTimeout(arrive, (-Math.log(1 - Math.random()) * 1000) / requestsPerSecond(elapsedS));
}

onStop(() => agent.destroy());
arrive();
