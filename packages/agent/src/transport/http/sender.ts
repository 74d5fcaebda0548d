/** A request of the agent. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent one after the other. */
  readonly body?: readonly Uint8Array[];
  /** Longest time without progress while sending, and longest time until the answer has ended after that. */
  readonly timeoutMs: number;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB. */
  readonly body: string;
  /** The server answered before it had the whole request (W-51). */
  readonly premature: boolean;
}

/** Carries single requests to the server. Redirects are not followed (W-52). */
export interface Sender {
  /** Rejects with an `Error`, its `code` where there is one, when no complete answer came. */
  send(request: OutgoingRequest): Promise<Answer>;
  /** Ends what is under way and releases all sockets. */
  close(): void;
}

/** Code of the error that a proxy is configured and cannot be used; the sender has logged why (W-71). */
export const NO_PROXY_CLIENT = "NO_PROXY_CLIENT";

/** Longest part of an answer's body that is kept; the rest is read and thrown away. */
export const MAX_ANSWER_BYTES = 65_536;

/** An error of a sender, with a code like those of Node's sockets. */
export function sendError(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}
