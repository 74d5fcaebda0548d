import type { AgentClient } from "./agent-client.js";
import type { ClientOptions } from "./client-options.js";
import type { UserLogger } from "./logging/logger.js";
import { runningClient, setInertClient } from "./running.js";

/** The agent of this process; see the constructor `Client`. */
export type Client = AgentClient;

/** Loaded with the first client: who only imports the package, for its classes or for `getClient`, does without collector, tracing and configuration. */
const agentClient = (): typeof AgentClient =>
  (require("./agent-client.js") as typeof import("./agent-client.js")).AgentClient;

/**
 * Starts collecting and sending. One client runs per process, also when the package is loaded in several copies: while one runs, `new Client()` gives that one, with
 * a warning if the options differ.
 */
export const Client: new (options?: ClientOptions) => Client = new Proxy(
  function Client() {} as unknown as new (
    options?: ClientOptions,
  ) => Client,
  {
    construct(_target, [given]: [ClientOptions?], newTarget) {
      // From JavaScript it may be null, which no default stands in for.
      const options = given ?? {};
      const running = options.start === false ? undefined : runningClient();
      if (running === undefined) return Reflect.construct(agentClient(), [options], newTarget);
      const { differs } = require("./options-differ.js") as typeof import("./options-differ.js");
      if (differs(options, running.options)) {
        running.logger.warn(
          "a client is running already and stays as it is: the options of the second new Client() have no effect; close() the first one to change them",
        );
      }
      return running;
    },
    // The function would be called, and give nothing.
    apply() {
      throw new TypeError("Class constructor Client cannot be invoked without 'new'");
    },
    // For `instanceof` and subclasses.
    get: (target, key, receiver) =>
      key === "prototype" ? agentClient().prototype : (Reflect.get(target, key, receiver) as unknown),
  },
);

export type { ClientOptions } from "./client-options.js";
export { getClient } from "./running.js";

const SILENT: UserLogger = { info() {}, warn() {}, error() {} };

setInertClient(() => new (agentClient())({ start: false, logger: SILENT }, true));
