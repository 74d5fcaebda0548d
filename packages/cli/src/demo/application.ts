import { SupervisedProcess } from "./supervised-process.js";

/** The demo's application while it runs. */
export interface Application {
  /** Port of the shop itself, for whoever wants to send a request by hand. */
  readonly shopPort: number;
  /** Process ids by program, for tests. */
  pids(): Readonly<Record<string, number | undefined>>;
  /** Ends all of its processes. */
  stop(): Promise<void>;
}

/** Where the application reports to and how often. */
export interface ApplicationOptions {
  readonly serverUrl: string;
  /** As the agent's `metrics_interval`. */
  readonly metricsInterval: string;
  readonly say: (line: string) => void;
}

/**
 * Starts the shop: database, web service, worker and customers, each a process, in the order in which they need each
 * other. The agent in them is configured by environment, as a deployment would.
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const agent = {
    ELASTIC_APM_SERVER_URL: options.serverUrl,
    ELASTIC_APM_METRICS_INTERVAL: options.metricsInterval,
    ELASTIC_APM_API_REQUEST_TIME: "100ms", // a report is on the page at once; a request each second is little
    ELASTIC_APM_METRICS_LIMIT: "300", // low, so that the exploding label meets it within the first two minutes
    ELASTIC_APM_CLOUD_PROVIDER: "none",
    ELASTIC_APM_ENVIRONMENT: "demo",
    ELASTIC_APM_LOG_LEVEL: "error",
  };
  const started: [string, SupervisedProcess][] = [];
  const start = async (program: string, env: Record<string, string>, listens = false): Promise<SupervisedProcess> => {
    const child = new SupervisedProcess({ program, env, listens, say: options.say });
    started.push([program, child]);
    await child.start();
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const [, child] of started) child.expectEnd();
    // Customers first, the database last: nobody is left asking.
    for (const [, child] of started.toReversed()) await child.stop();
  };
  try {
    const database = await start("database", {}, true);
    const databasePort = { DATABASE_PORT: String(database.port) };
    const [shop] = await Promise.all([
      start("shop", { ...agent, ...databasePort }, true),
      start("worker", { ...agent, ...databasePort }),
    ]);
    await start("load", { SHOP_PORT: String(shop.port) });
    return {
      shopPort: shop.port,
      pids: () => Object.fromEntries(started.map(([program, child]) => [program, child.pid])),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
