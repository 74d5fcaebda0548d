import { Config, type ConfigOptions } from "../config/index.js";
import { RecordingLogger } from "../logging/recording-logger.testing.js";
import { HttpTransport, type HttpTransportOptions } from "./http/http-transport.js";
import type { TransportStats } from "./transport.js";

/** A transport with a logger that can be read, for tests. */
export interface Harness {
  readonly transport: HttpTransport;
  readonly config: Config;
  readonly logger: RecordingLogger;
  /** Queues events `{"n":…}` one by one and returns their lines. */
  queue(count: number, size?: number): void;
}

let agents = 0;

/** A transport that sends to `serverUrl`, without asking for server information unless `options` say so. */
export function harness(options: ConfigOptions, parts: Partial<HttpTransportOptions> = {}): Harness {
  const config = Config.load({ serviceName: "test", skipServerInfo: true, ...options }, {});
  const logger = new RecordingLogger();
  config.useLogger(logger);
  const metadata = { service: { name: config.values.serviceName, agent: { name: "nodejs", version: "1" } } };
  const transport = new HttpTransport({
    config,
    logger,
    ephemeralId: `agent-${process.pid}-${++agents}`,
    metadata: { current: metadata, ready: Promise.resolve(metadata) },
    ...parts,
  });
  let n = 0;
  return {
    transport,
    config,
    logger,
    queue(count, size = 0) {
      for (let i = 0; i < count; i++) {
        transport.queue(Buffer.from(`{"metricset":{"samples":{"n":{"value":${++n}}},"pad":"${noise(size)}"}}\n`), 1);
      }
    },
  };
}

/** Text that does not compress. */
function noise(length: number): string {
  let text = "";
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
}

/** The sum that must always equal `recorded` (W-93). */
export function accountedFor({ accepted, queued, spooled, dropped }: TransportStats): number {
  return accepted + queued + spooled + Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

/** Waits until the condition holds; fails after twenty seconds. */
export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come about within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
