import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import type { Client } from "@tidegauge/agent";

/** What a server said to one question, and when. */
export interface ServerAnswer {
  readonly status: number;
  readonly body: string;
  /** The server's clock, epoch milliseconds, to the second; absent without a `Date` header. */
  readonly serverMs?: number;
  readonly receivedMs: number;
}

/** Asks the configured server in the way the agent would: same address, credentials and certificates. */
export async function askServer(client: Client, path: string): Promise<ServerAnswer> {
  const { serverUrl, serverTimeoutMs, secretToken, apiKey, serverCaCertFile, serverCert, verifyServerCert } =
    client.config.values;
  const url = new URL(path, serverUrl.endsWith("/") ? serverUrl : `${serverUrl}/`);
  const credentials = apiKey ? `ApiKey ${apiKey}` : secretToken ? `Bearer ${secretToken}` : undefined;
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
    timeout: serverTimeoutMs,
    headers: { Accept: "application/json", ...(credentials !== undefined && { Authorization: credentials }) },
    ...(url.protocol === "https:" && {
      rejectUnauthorized: verifyServerCert && !serverCert,
      ...(serverCaCertFile && { ca: readFileSync(serverCaCertFile) }),
    }),
  });
  return new Promise((resolve, reject) => {
    request.once("timeout", () => request.destroy(new Error(`no answer within ${serverTimeoutMs} ms`)));
    request.once("error", reject);
    request.once("response", (response) => {
      const receivedMs = Date.now();
      const serverMs = Date.parse(response.headers.date ?? "");
      text(response).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            receivedMs,
            ...(Number.isFinite(serverMs) && { serverMs }),
          }),
        reject,
      );
    });
    request.end();
  });
}
