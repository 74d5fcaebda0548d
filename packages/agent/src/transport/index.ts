export { type Clock, systemClock } from "./clock.js";
export type { QueueExtremes, TransportHealth } from "./health.js";
export { HttpTransport, type HttpTransportOptions } from "./http-transport.js";
export type { DropReason, Transport, TransportStats } from "./transport.js";
