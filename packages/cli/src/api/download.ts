import { once } from "node:events";
import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getTls } from "node:https";

/** GETs what may take long to make: `fetch` would give up after five minutes without an answer. Rejects when no server answers. */
export async function download(url: URL, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = (url.protocol === "https:" ? getTls : getPlain)(url, { headers });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}
