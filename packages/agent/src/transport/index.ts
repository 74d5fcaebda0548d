export { HttpTransport } from "./http-transport.js";
export type { DropReason, Transport, TransportStats } from "./transport.js";
