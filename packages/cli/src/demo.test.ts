import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BreakdownResponse, MetricsResponse, ServicesResponse } from "@tidegauge/protocol/query";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandProcess, until } from "./command.testing.js";

let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "tidegauge-demo-test-"));
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

const start = (): CommandProcess => new CommandProcess(["demo", "--port", "0"], { TMPDIR: temporary });

async function ask<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** Whether the shop itself answers, at the address the demo prints. */
async function shopAnswers(command: CommandProcess): Promise<boolean> {
  const address = /curl (\S+)/.exec(command.stdout)?.[1] ?? "";
  return fetch(address).then(
    async (response) => (await response.arrayBuffer()).byteLength > 0,
    () => false,
  );
}

const isGone = async (command: CommandProcess): Promise<true | undefined> =>
  (await shopAnswers(command)) ? undefined : true;

describe("tidegauge demo", () => {
  it("reports a shop and its worker, with their own metrics and where the time goes; Ctrl-C leaves nothing", async () => {
    const command = start();
    const url = await command.listening();
    const services = await until(async () => {
      const found = (await ask<ServicesResponse>(`${url}/api/v1/services`)).services;
      return found.filter(({ status }) => status === "reporting").length === 2 ? found : undefined;
    });
    expect(services.map(({ name }) => name).sort()).toEqual(["shop", "shop-worker"]);
    await until(async () => {
      const { metrics } = await ask<MetricsResponse>(`${url}/api/v1/metrics?service=shop`);
      const names = new Set(metrics.map(({ name }) => name));
      const wanted = [
        "system.process.cpu.total.norm.pct",
        "nodejs.memory.heap.used.bytes",
        "shop.carts",
        "shop.orders",
        "shop.basket.value",
        "shop.page.views",
        "prometheus.metrics.payment_attempts",
        "prometheus.metrics.payment_seconds",
      ];
      return wanted.every((name) => names.has(name)) ? true : undefined;
    });
    await until(async () => {
      const breakdown = await ask<BreakdownResponse>(`${url}/api/v1/breakdown?service=shop&from=now-5m&to=now&step=1m`);
      const search = breakdown.transactions.find(({ name }) => name === "GET /search");
      return search?.spans.some(({ subtype, share }) => subtype === "shopdb" && share > 0.5) ? true : undefined;
    });
    expect(await shopAnswers(command)).toBe(true);
    command.child.kill("SIGINT"); // npm passes the terminal's Ctrl-C on a second time
    const { code, stderr } = await command.signal("SIGINT");
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/ERROR|lost/);
    expect(await shopAnswers(command)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  }, 60_000);

  it("leaves no process when it is killed", async () => {
    const command = start();
    await command.listening();
    await until(async () => ((await shopAnswers(command)) ? true : undefined));
    await command.signal("SIGKILL");
    await until(() => isGone(command));
    expect(existsSync(temporary)).toBe(true);
  }, 60_000);
});
