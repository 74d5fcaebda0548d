import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type ReceiverFixture, send, startReceiver } from "../testing/receiver-fixture.js";

interface GoldenCase {
  case: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  chunked?: boolean;
  body?: string;
  body_gzip_base64?: string;
  expect: {
    status: number;
    accepted?: number;
    errors?: string[];
    error?: string;
    empty?: boolean;
    json?: unknown;
    has?: string[];
    headers?: Record<string, string>;
    within_ms?: number;
  };
}

function read(name: string): GoldenCase[] {
  return (JSON.parse(readFileSync(new URL(`golden/${name}`, import.meta.url), "utf8")) as { cases: GoldenCase[] })
    .cases;
}

/** The configuration that was in force when the cases were recorded (server-intake.md §8.13). */
const AGENT_CONFIG = [
  {
    service: { name: "svc-cfg", environment: "prod" },
    settings: { recording: "true", transaction_sample_rate: "0.5" },
    etag: "abc123",
  },
  { service: { name: "svc-cfg" }, settings: { transaction_max_spans: "300" }, etag: "def456" },
];

async function start(secretToken: string | undefined): Promise<ReceiverFixture> {
  const dataDir = mkdtempSync(join(tmpdir(), "tidegauge-golden-"));
  writeFileSync(join(dataDir, "agent-config.json"), JSON.stringify(AGENT_CONFIG));
  return startReceiver({ secretToken, agentConfigMaxAge: "2s", dataDir });
}

/** A decoder's wording is not compared, its kind and everything else is. */
function kind(message: string): string {
  return /^(decode error: data read error:|cannot handle stream:)/.exec(message)?.[0] ?? message;
}

function check(golden: GoldenCase, answer: Answer): void {
  const { expect: expected } = golden;
  expect(answer.status).toBe(expected.status);
  if (expected.empty) expect(answer.text).toBe("");
  if (expected.accepted !== undefined) expect(answer.json?.accepted).toBe(expected.accepted);
  if (expected.error !== undefined) expect(answer.json?.error).toBe(expected.error);
  if (expected.json !== undefined) expect(answer.json).toEqual(expected.json);
  for (const key of expected.has ?? []) expect(answer.json).toHaveProperty(key);
  if (expected.errors !== undefined) {
    const errors = (answer.json?.errors ?? []) as { message: string }[];
    expect(errors.map(({ message }) => kind(message))).toEqual(expected.errors.map(kind));
  }
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const sent = answer.headers[name];
    expect({ [name]: name === "connection" ? String(sent).toLowerCase() : sent }).toEqual({
      [name]: name === "connection" ? value.toLowerCase() : value,
    });
  }
}

for (const [file, token] of [
  ["intake-cases.json", undefined],
  ["auth-cases.json", "s3cret"],
] as const) {
  describe(`answers like a real APM Server (SRV-1 SRV-3 SRV-5 SRV-10 SRV-20 SRV-21 SRV-22 SRV-23 SRV-24 SRV-25 SRV-27 SRV-28 SRV-30 SRV-70 SRV-71 SRV-72): ${file}`, () => {
    let fixture: ReceiverFixture;
    beforeAll(async () => {
      fixture = await start(token);
    });
    afterAll(() => fixture.close());

    for (const golden of read(file)) {
      it(golden.case, async () => {
        const body =
          golden.body_gzip_base64 === undefined
            ? (golden.body ?? "")
            : gunzipSync(Buffer.from(golden.body_gzip_base64, "base64"));
        const hasBody = body.length > 0 || (golden.method !== "GET" && golden.method !== "HEAD");
        const started = performance.now();
        const answer = await send(fixture.url + golden.path, {
          method: golden.method,
          headers: golden.headers,
          ...(hasBody ? { body } : {}),
          chunked: golden.chunked === true,
        });
        if (golden.expect.within_ms !== undefined)
          expect(performance.now() - started).toBeLessThan(golden.expect.within_ms);
        check(golden, answer);
      });
    }
  });
}
