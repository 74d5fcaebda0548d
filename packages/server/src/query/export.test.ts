import { readdirSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { HttpExchange } from "../http/exchange.js";
import { batchOf, metricsetAt, temporaryDirectory } from "../store/batch.testing.js";
import { openStore, type Store } from "../store/store.js";
import { createQueryRoutes } from "./routes.js";

const T = Date.UTC(2026, 4, 5, 12);
const MANY = { metricsets: 600, samples: 100 };
const directory = temporaryDirectory();
let temporary: ReturnType<typeof temporaryDirectory>;
let store: Store;
let server: Server;
let url: string;

beforeAll(async () => {
  store = await openStore({ dataDir: directory.path, retentionMs: 0, maintenanceMs: 0 });
  const routes = createQueryRoutes({ store, sightings: () => [], now: () => T + 120_000 });
  server = createServer((request, response) => {
    const exchange = new HttpExchange(request, response, Date.now());
    const route = routes.find(({ path }) => path === exchange.url.pathname);
    void Promise.resolve(route?.handle(exchange)).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await store.write(
    batchOf([
      metricsetAt(T, { m: { value: 1.5, type: "gauge", unit: "byte" } }, { a: 'x, "y"' }),
      metricsetAt(T + 1_234, { m: { value: 2, type: "gauge", unit: "byte" } }, { a: 'x, "y"' }),
      metricsetAt(T, { h: { values: [1, 2.5], counts: [3, 300], type: "histogram", temporality: "delta" } }),
      {
        ...metricsetAt(T, { "span.self_time.count": { value: 2, temporality: "delta" } }),
        transaction: { name: "GET /", type: "request" },
        span: { type: "db", subtype: "mysql" },
      },
    ]),
  );
  const samples = Object.fromEntries(
    Array.from({ length: MANY.samples }, (_, index) => [`many.${index}`, { value: index, type: "gauge" as const }]),
  );
  const service = { name: "large", agent: { name: "nodejs", version: "1", ephemeral_id: "p2" } };
  const many = Array.from({ length: MANY.metricsets }, (_, index) => metricsetAt(T + index * 1000, samples));
  await store.write(batchOf(many, { metadata: { service, system: {} } }));
});
afterAll(async () => {
  await store.close();
  server.closeAllConnections();
  server.close();
  directory.remove();
});

beforeEach(() => {
  temporary = temporaryDirectory();
  vi.stubEnv("TMPDIR", temporary.path);
});
afterEach(() => {
  vi.unstubAllEnvs();
  temporary.remove();
});

const ask = (parameters: string): Promise<Response> => fetch(`${url}/api/v1/export?${parameters}`);

const IDENTITY = {
  service: "shop",
  environment: "prod",
  service_version: null,
  node: "n1",
  host: "h1",
  process: "e:p1",
  unit: null,
  labels: "{}",
  transaction_name: null,
  transaction_type: null,
  span_type: null,
  span_subtype: null,
};
const M = { ...IDENTITY, metric: "m", kind: "gauge", unit: "byte", labels: '{"a":"x, \\"y\\""}' };
const ROWS = [
  { ...IDENTITY, metric: "h", kind: "histogram_delta", time: T, value: null, values: [1, 2.5], counts: [3, 300] },
  { ...M, time: T, value: 1.5, values: null, counts: null },
  { ...M, time: T + 1_234, value: 2, values: null, counts: null },
  {
    ...IDENTITY,
    ...{ transaction_name: "GET /", transaction_type: "request", span_type: "db", span_subtype: "mysql" },
    ...{ metric: "span.self_time.count", kind: "delta", time: T, value: 2, values: null, counts: null },
  },
];

describe("GET /api/v1/export", () => {
  it("sends every sample as ND-JSON, a row each, and leaves no file", async () => {
    const response = await ask("service=shop");
    const text = await response.text();
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(ROWS.map((row) => ({ ...row, time: new Date(row.time).toISOString() })));
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="tidegauge.ndjson"');
    await expect.poll(() => readdirSync(temporary.path)).toEqual([]);
  });

  it("sends the greatest count there is where more was received, instead of nothing at all", async () => {
    const service = { name: "huge", agent: { name: "python", version: "1", ephemeral_id: "p3" } };
    const counts = [2 ** 53, 2 ** 63, 1e19];
    await store.write(
      batchOf([metricsetAt(T, { huge: { values: [1, 2, 3], counts, type: "histogram" } })], {
        metadata: { service, system: {} },
      }),
    );
    const text = await (await ask("service=huge")).text();
    expect(text).toContain('"counts":[9007199254740992,9223372036854775807,9223372036854775807]');
    // The next one is not concerned.
    expect((await ask("service=shop")).status).toBe(200);
  });

  it("sends CSV with a heading", async () => {
    const response = await ask("service=shop&format=csv&metric=m");
    expect(await response.text()).toBe(
      [
        "service,environment,service_version,node,host,process,metric,kind,unit,labels,transaction_name,transaction_type,span_type,span_subtype,time,value,values,counts",
        'shop,prod,,n1,h1,e:p1,m,gauge,byte,"{""a"":""x, \\""y\\""""}",,,,,2026-05-05T12:00:00.000Z,1.5,,',
        'shop,prod,,n1,h1,e:p1,m,gauge,byte,"{""a"":""x, \\""y\\""""}",,,,,2026-05-05T12:00:01.234Z,2.0,,',
        "",
      ].join("\n"),
    );
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  });

  it("sends parquet that another reader understands", async () => {
    const response = await ask("service=shop&format=parquet");
    expect(response.headers.get("content-type")).toBe("application/vnd.apache.parquet");
    const path = join(directory.path, "read-back.parquet");
    writeFileSync(path, Buffer.from(await response.arrayBuffer()));
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(
      `SELECT * REPLACE (CAST(epoch_ms(time) AS DOUBLE) AS time, CAST(counts AS DOUBLE[]) AS counts) FROM read_parquet('${path}')`,
    );
    expect(read.getRowObjectsJson()).toEqual(ROWS);
    const [column] = (await connection.runAndReadAll(`SELECT typeof(time) FROM read_parquet('${path}')`)).getRows();
    expect(column).toEqual(["TIMESTAMP"]);
    connection.closeSync();
    instance.closeSync();
  });

  it("takes service, metric, from and to as a choice, and their text as values only", async () => {
    const count = async (parameters: string): Promise<number> =>
      (await (await ask(parameters)).text()).split("\n").length - 1;
    expect(await count(`metric=m&from=${T + 1}`)).toBe(1);
    expect(await count(`metric=m&to=${T + 1}`)).toBe(1);
    expect(await count(`metric=h&from=${T + 1}`)).toBe(0);
    expect(await count(`metric=h&from=now-2m&to=${new Date(T + 1).toISOString()}`)).toBe(1);
    expect(await count(`service=${encodeURIComponent("x' OR 1=1 --")}`)).toBe(0);
    expect(await count("service=large")).toBe(MANY.metricsets * MANY.samples);
  });

  it.each([
    ["bad_format", "format=xml"],
    ["bad_from", "from=yesterday"],
    ["bad_to", "to=2026-13-45"],
    ["bad_range", "from=now&to=now-1h"],
    ["bad_metric", `metric=${"m".repeat(1025)}`],
  ])("answers 400 with %s where a parameter is wrong", async (code, parameters) => {
    const response = await ask(parameters);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: { code, message: expect.any(String) } });
    expect(readdirSync(temporary.path)).toEqual([]);
  });

  it("answers 507 where the file cannot be written, and names neither engine nor path", async () => {
    vi.stubEnv("TMPDIR", join(temporary.path, "missing"));
    const response = await ask("service=shop");
    expect(response.status).toBe(507);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({ error: { code: "export_failed", message: expect.any(String) } });
    expect(text).not.toMatch(/duck|sql|missing/i);
  });

  it("removes the file when the client leaves in the middle of it", async () => {
    const request = get(`${url}/api/v1/export?service=large`);
    const response = await new Promise<IncomingMessage>((resolve) => request.on("response", resolve));
    expect(Number(response.headers["content-length"])).toBeGreaterThan(15_000_000);
    const [made] = readdirSync(temporary.path);
    expect(readdirSync(join(temporary.path, made as string))).toEqual(["tidegauge.ndjson"]);
    request.destroy();
    await expect.poll(() => readdirSync(temporary.path)).toEqual([]);
  });

  it("removes what was begun when the client leaves before it is made, and goes on with the next", async () => {
    const leaving = new AbortController();
    const asked = fetch(`${url}/api/v1/export?service=large`, { signal: leaving.signal });
    await expect.poll(() => readdirSync(temporary.path), { interval: 1 }).toHaveLength(1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    expect((await ask("service=shop&metric=m")).status).toBe(200);
    await expect.poll(() => readdirSync(temporary.path)).toEqual([]);
  });
});
