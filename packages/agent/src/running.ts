import type { Client } from "./client.js";

/** Shared by all copies of the package in the process: duplicates in node_modules, bundles, hot reloads. */
const KEY = Symbol.for("tidegauge.agent.client");
const holder = globalThis as { [KEY]?: Client };

/** The client that collects and sends for this process or thread. */
export function runningClient(): Client | undefined {
  return holder[KEY];
}

/** Takes or, with `undefined`, gives up the place of the one running client. */
export function setRunningClient(client: Client | undefined): void {
  if (client === undefined) delete holder[KEY];
  // Not enumerable: code that lists the globals must not trip over it.
  else Object.defineProperty(holder, KEY, { value: client, configurable: true, enumerable: false, writable: true });
}

let makeInert: (() => Client) | undefined;
let inert: Client | undefined;

/** Says how an inert client is made; by the module of the client, which everything that calls {@link getClient} loads. */
export function setInertClient(make: () => Client): void {
  makeInert = make;
}

/** The running client, else an inert one whose sets can be used and send nothing. Never throws. */
export function getClient(): Client {
  const running = runningClient();
  if (running !== undefined) return running;
  inert ??= (makeInert as () => Client)();
  return inert;
}
