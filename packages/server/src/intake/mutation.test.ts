import { describe, expect, it } from "vitest";
import { METADATA_LINE, metricsetLine, send, startReceiver } from "../testing/receiver-fixture.js";

const LINES = process.env.TIDEGAUGE_SOAK === "1" ? 1_000_000 : 100_000;
const LINES_A_REQUEST = 1_000;
const GOOD_EVERY = 10;

/** Lines as agents send them; every rule of the decoder is near one of them. */
const SEEDS = [
  '{"metricset":{"samples":{"system.cpu.total.norm.pct":{"value":0.4,"type":"gauge"},"system.memory.total":{"value":16552841216}},"timestamp":1700000000000000}}',
  '{"metricset":{"samples":{"span.self_time.sum.us":{"value":12500},"span.self_time.count":{"value":3}},"timestamp":1700000000000000,"transaction":{"name":"GET /users","type":"request"},"span":{"type":"db","subtype":"mysql"}}}',
  '{"metricset":{"samples":{"latency":{"values":[0.5,5.5,55,100],"counts":[2,1,2,1],"type":"histogram"}},"timestamp":1700000000000000,"tags":{"region":"eu","n":1.5,"b":true,"z":null}}}',
  '{"transaction":{"id":"0123456789abcdef","trace_id":"0123456789abcdef0123456789abcdef","type":"request","name":"GET /","duration":1.5,"outcome":"success","span_count":{"started":0,"dropped":0}}}',
  '{"span":{"id":"0123456789abcdef","trace_id":"0123456789abcdef0123456789abcdef","parent_id":"0123456789abcdee","name":"n","type":"db","duration":1,"start":0}}',
  '{"error":{"id":"0123456789abcdef0123456789abcdef","exception":{"message":"m","type":"T","code":5},"context":{"tags":{"a":"b"}}}}',
  '{"log":{"message":"m","@timestamp":1700000000000000,"log.level":"info"}}',
];
const SPLICES = [
  "null",
  "1e400",
  "-1",
  '"',
  "{}",
  "[]",
  "\\",
  "\\ud800",
  "\u0000",
  "\ufffd",
  "\n",
  "😀",
  "1e3",
  "__proto__",
  ":{",
  "},",
  "true",
];

/** Small, seeded, the same everywhere (mulberry32): a failure can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) % 4_294_967_296) % below;
  };
}

/** One to four changes: a byte turned, a piece cut out, doubled, or replaced. */
function mutate(seed: string, random: (below: number) => number): Buffer {
  let line = Buffer.from(seed);
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(line.length + 1);
    const length = random(12);
    const [head, piece, tail] = [line.subarray(0, at), line.subarray(at, at + length), line.subarray(at + length)];
    switch (random(5)) {
      case 0:
        line = Buffer.from(line);
        if (at < line.length) line[at] = random(256);
        break;
      case 1:
        line = Buffer.concat([head, tail]);
        break;
      case 2:
        line = Buffer.concat([head, piece, piece, tail]);
        break;
      case 3:
        line = Buffer.concat([head, Buffer.from(SPLICES[random(SPLICES.length)] as string), tail]);
        break;
      default:
        line = Buffer.from(head);
    }
  }
  return line;
}

describe("broken lines", () => {
  it(`SRV-25 loses no good line among ${LINES} broken ones, never fails, and stays flat in memory`, async () => {
    const fixture = await startReceiver({ maxRequestSize: "50mb" });
    try {
      const random = randomOf(20_261_126);
      let good = 0;
      let baseline = 0;
      for (let sent = 0; sent < LINES; sent += LINES_A_REQUEST) {
        const pieces: Buffer[] = [Buffer.from(METADATA_LINE)];
        const expected: number[] = [];
        for (let i = 0; i < LINES_A_REQUEST; i++) {
          pieces.push(mutate(SEEDS[random(SEEDS.length)] as string, random), Buffer.from("\n"));
          if (i % GOOD_EVERY === 0) {
            pieces.push(Buffer.from(metricsetLine("good", good)));
            expected.push(good++);
          }
        }
        const answer = await send(`${fixture.url}/intake/v2/events?verbose`, {
          method: "POST",
          headers: { "Content-Type": "application/x-ndjson" },
          body: Buffer.concat(pieces),
        });
        expect(answer.status).toBe(400);
        const metricsets = fixture.output.batches.splice(0).flatMap((batch) => batch.metricsets);
        expect(metricsets.flatMap(({ samples }) => samples.good?.value ?? [])).toEqual(expected);
        for (const { samples, timestamp } of metricsets) {
          expect(Number.isSafeInteger(timestamp)).toBe(true);
          for (const name in samples) {
            const sample = samples[name];
            expect(Number.isFinite(sample?.value) || sample?.values?.length === sample?.counts?.length).toBe(true);
          }
        }
        if (sent === LINES_A_REQUEST * 20) baseline = process.memoryUsage().rss;
      }
      expect(process.memoryUsage().rss - baseline).toBeLessThan(150 * 1024 ** 2);
      expect(fixture.logs).toEqual([]);
    } finally {
      await fixture.close();
    }
  }, 600_000);
});
