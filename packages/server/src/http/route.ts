import type { IncomingMessage, ServerResponse } from "node:http";

/** One request on its way through a route. The answer goes through `response`, or the helpers of `answer.ts`. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Epoch milliseconds at which the request's head arrived. */
  readonly receivedAtMs: number;
  /** The credentials were right, or none are configured. Only routes with `auth: "optional"` see false. */
  readonly authorized: boolean;
  /** Aborted when the client leaves before the answer is finished. */
  readonly signal: AbortSignal;
}

/** A path and what answers it. A stage exports its routes; `server.ts` joins them. */
export interface Route {
  readonly path: string;
  /** Methods it answers; any other gets 405, unless `"*"`. */
  readonly methods: readonly string[] | "*";
  /** `required`: 401 without the right credentials; `optional`: the route decides; `none`: open. */
  readonly auth: "required" | "optional" | "none";
  /** An exception becomes a 500 that names nothing of the inside. */
  handle(exchange: Exchange): Promise<void> | void;
}
