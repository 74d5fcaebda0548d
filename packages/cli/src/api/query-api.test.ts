import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { QueryApi, Refusal } from "./query-api.js";

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** The API of a server that answers like this. */
async function apiOf(answer: RequestListener): Promise<QueryApi> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return new QueryApi({ url: `http://127.0.0.1:${(started.address() as AddressInfo).port}` });
}

describe("an answer of the query API that is none", () => {
  it.each([200, 500])("%i that breaks off is told as that, not as another program's", async (status) => {
    const api = await apiOf((_request, response) => {
      response.writeHead(status, { "Content-Length": 1000 });
      response.write('{"services":[', () => response.destroy());
    });
    const failure = await api.services().catch((error: unknown) => error);
    expect(failure).toHaveProperty(
      "message",
      expect.stringMatching(/^the answer of http\S+ broke off \(.+\); try again/),
    );
    expect(failure).toHaveProperty("code", "SERVER_ERROR");
  });

  it("is another program's where it is no JSON", async () => {
    const api = await apiOf((_request, response) => response.end("<html>"));
    await expect(api.services()).rejects.toThrow(/is no Tidegauge server: it answers without JSON/);
  });

  it.each([
    ['{"error":{"code":"too_many_series","message":"1001 series"}}', "1001 series", "too_many_series"],
    ["<html>", "<html>", undefined],
    ['{"error":"text"}', '{"error":"text"}', undefined],
    ["null", "null", undefined],
    ["", "Bad Request", undefined],
  ])("QRY-42 is a refusal with the server's own words: 400 %j", async (body, message, reason) => {
    const api = await apiOf((_request, response) => response.writeHead(400).end(body));
    const failure = await api.services().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Refusal);
    const { code, message: said, reason: why } = failure as Refusal;
    expect([code, said, why]).toEqual(["USAGE", message, reason]);
  });
});
