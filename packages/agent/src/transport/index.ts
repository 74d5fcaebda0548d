export type { DropReason, Transport, TransportStats } from "./transport.js";
