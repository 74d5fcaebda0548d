/**
 * The shop's payment gateway, as a library that somebody else wrote: it brings Prometheus metrics of its own, which the
 * agent's bridge reads from the client library's default registry.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { getClient } from "@tidegauge/agent";
import { Counter, Gauge, Histogram } from "prom-client";

const attempts = new Counter({
  name: "payment_attempts_total",
  help: "Payments tried, by way of paying and result.",
  labelNames: ["payment", "result"],
});
const seconds = new Histogram({
  name: "payment_seconds",
  help: "Time until the gateway answered.",
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
});
const waiting = new Gauge({ name: "payment_waiting", help: "Payments the gateway has not answered yet." });

/** Asks the gateway to take the money. False when it refuses, as it does with one in forty. */
export async function pay(payment: string): Promise<boolean> {
  waiting.inc();
  const stop = seconds.startTimer();
  await getClient().withSpan("take payment", "external", "gateway", () => sleep(15 + 60 * Math.random() ** 3));
  stop();
  waiting.dec();
  const isTaken = Math.random() > 1 / 40;
  attempts.inc({ payment, result: isTaken ? "taken" : "refused" });
  return isTaken;
}
