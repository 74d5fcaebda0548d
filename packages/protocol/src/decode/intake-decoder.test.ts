import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMetricset } from "../encode/index.js";
import { MAX_EVENT_SIZE_BYTES } from "../limits.js";
import type { Metricset, Sample, WireLabelValue } from "../metricset.js";
import { IntakeDecoder } from "./intake-decoder.js";

const NOW_US = 1_800_000_000_000_000;
const METADATA = '{"metadata":{"service":{"name":"s","agent":{"name":"nodejs","version":"1"}}}}\n';
const GOOD = '{"metricset":{"samples":{"a":{"value":1}},"timestamp":1700000000000000}}\n';

function decode(body: string | Buffer, cuts: readonly number[] = []): IntakeDecoder {
  const decoder = new IntakeDecoder(NOW_US);
  const bytes = Buffer.from(body as string);
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    if (cut <= start || cut >= bytes.length) continue;
    if (!decoder.write(bytes.subarray(start, cut))) return decoder;
    start = cut;
  }
  if (decoder.write(bytes.subarray(start))) decoder.end();
  return decoder;
}

/** Everything a decoder says about a body. */
function outcome(decoder: IntakeDecoder): object {
  const { metadata, errors, errorCount, others, emptied, refused, fatal } = decoder;
  return { metadata, errors, errorCount, others, emptied, refused, fatal, taken: decoder.take() };
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "toString", ""),
);
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(-0));
const sample: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .record(
      {
        value: number,
        type: fc.constantFrom("gauge" as const, "counter" as const),
        temporality: fc.constant("delta" as const),
        unit: fc.constantFrom("ms", "byte"),
      },
      { requiredKeys: ["value"] },
    )
    .map((fields) => fields as Sample),
  fc.array(fc.tuple(number, fc.nat()), { minLength: 1, maxLength: 20 }).map((pairs): Sample => {
    pairs.sort((a, b) => a[0] - b[0]);
    return { values: pairs.map(([value]) => value), counts: pairs.map(([, count]) => count), type: "histogram" };
  }),
);
const name = text.filter((value) => !value.includes("*") && !value.includes('"'));
const label: fc.Arbitrary<WireLabelValue> = fc.oneof(text, number, fc.boolean());

/** Objects as JSON.parse makes them, so that `__proto__` is a key like any other. */
function dictionary<T>(
  keys: fc.Arbitrary<string>,
  values: fc.Arbitrary<T>,
  minKeys: number,
): fc.Arbitrary<Record<string, T>> {
  return fc
    .uniqueArray(fc.tuple(keys, values), { minLength: minKeys, maxLength: 6, selector: ([key]) => key })
    .map((entries) => Object.fromEntries(entries));
}

const metricset: fc.Arbitrary<Metricset> = fc
  .record(
    {
      samples: dictionary(name, sample, 1),
      timestamp: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      tags: dictionary(text, label, 1),
      service: fc.record({ name: text, version: text }, { requiredKeys: ["name"] }),
    },
    { requiredKeys: ["samples", "timestamp"] },
  )
  .map((fields) => fields as Metricset);

/** JSON's own view: -0 is written as 0, and a lone surrogate as its replacement once it is bytes. */
function asWritten(value: Metricset): unknown {
  return JSON.parse(Buffer.from(encodeMetricset(value)).toString("utf8")).metricset;
}

describe("IntakeDecoder", () => {
  it("W-10 W-15 gives back every metricset the encoder writes, in order, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(metricset, { maxLength: 8 }),
        fc.array(fc.nat(4000), { maxLength: 12 }),
        (metricsets, cuts) => {
          const body = METADATA + metricsets.map(encodeMetricset).join("");
          const decoder = decode(body, cuts);
          expect(decoder.errors).toEqual([]);
          const { metricsets: decoded, lines } = decoder.take();
          expect(JSON.stringify(decoded)).toBe(JSON.stringify(metricsets.map(asWritten)));
          expect(lines).toEqual(metricsets.map((_, index) => index + 1));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("SRV-22 … SRV-25 says the same of any bytes, wherever they are cut, and never throws", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        METADATA,
        GOOD,
        "\n",
        " \n",
        '{"span":{}}\n',
        '{"metricset":',
        '"',
        "[",
        "{",
        "}",
        "\\u",
        "nul",
        "\r\n",
      ),
      fc.json().map((json) => `{"metricset":${json}}\n`),
      fc.json().map((json) => `{"metadata":${json}}\n`),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.boolean(),
        fc.array(fc.nat(600), { maxLength: 8 }),
        (pieces, led, cuts) => {
          const body = Buffer.from((led ? METADATA : "") + pieces.join(""), "latin1");
          expect(outcome(decode(body, cuts))).toEqual(outcome(decode(body)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("SRV-25 loses no good line beside broken ones and counts every broken one", () => {
    const decoder = decode(`${METADATA}${GOOD}{"metricset":{"samples":\n${GOOD}{"foo":1}\nhello\n${GOOD}`);
    expect(decoder.pending).toBe(3);
    expect(decoder.errorCount).toBe(3);
    expect(decoder.errors.map(({ document }) => document)).toEqual(['{"metricset":{"samples":', '{"foo":1}', "hello"]);
    expect(Object.fromEntries(decoder.errorKinds)).toEqual({ decode: 1, unknownType: 2 });
    expect(decoder.take().lines).toEqual([1, 3, 6]);
  });

  it("W-90 cuts parts by the lines alone, however the bytes arrive", () => {
    const body = Buffer.from(`${METADATA + GOOD.repeat(10)}x\n${GOOD.repeat(7)}`);
    const parts = (chunk: number): number[][] => {
      const decoder = new IntakeDecoder(NOW_US, MAX_EVENT_SIZE_BYTES, { metricsets: 4, characters: Infinity });
      const taken: number[][] = [];
      for (let at = 0; at < body.length; at += chunk) {
        decoder.write(body.subarray(at, at + chunk));
        for (let part = decoder.takePart(); part !== undefined; part = decoder.takePart()) taken.push(part.lines);
      }
      return [...taken, decoder.take().lines];
    };
    const expected = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 12, 13], [14, 15, 16, 17], [18]];
    for (const chunk of [1, 7, GOOD.length, 3 * GOOD.length + 1, body.length]) expect(parts(chunk)).toEqual(expected);
  });

  it("W-90 a part is also full by the length of its lines", () => {
    const size = { metricsets: Infinity, characters: 2 * GOOD.length - 2 };
    const decoder = new IntakeDecoder(NOW_US, MAX_EVENT_SIZE_BYTES, size);
    decoder.write(Buffer.from(METADATA + GOOD.repeat(5)));
    expect([decoder.takePart()?.lines, decoder.takePart()?.lines, decoder.takePart()]).toEqual([
      [1, 2],
      [3, 4],
      undefined,
    ]);
    expect(decoder.take().lines).toEqual([5]);
  });

  it("SRV-27 lists at most five errors and counts all", () => {
    const decoder = decode(METADATA + "x\n".repeat(7));
    expect(decoder.errors).toHaveLength(5);
    expect(decoder.errorCount).toBe(7);
  });

  it("SRV-24 takes a line of one byte less than the limit and refuses one that reaches it, however it is cut", () => {
    const line = (bytes: number): string => {
      const empty = '{"metricset":{"samples":{"a":{"value":1}},"x":""}}';
      return `${empty.slice(0, -3)}${"y".repeat(bytes - empty.length)}"}}\n`;
    };
    for (const cuts of [[], [100], [METADATA.length + MAX_EVENT_SIZE_BYTES - 1], [200_000, 250_000]]) {
      expect(decode(METADATA + line(MAX_EVENT_SIZE_BYTES - 1), cuts)).toMatchObject({ pending: 1, errorCount: 0 });
      const long = decode(METADATA + line(MAX_EVENT_SIZE_BYTES) + GOOD, cuts);
      expect(long).toMatchObject({ pending: 1, errorCount: 1 });
      expect(long.errors[0]).toEqual({
        message: "event exceeded the permitted size",
        document: line(MAX_EVENT_SIZE_BYTES).slice(0, MAX_EVENT_SIZE_BYTES),
      });
    }
  });

  it("SRV-24 stops at a metadata line that is too long", () => {
    const decoder = decode(`${" ".repeat(MAX_EVENT_SIZE_BYTES)}\n${METADATA}${GOOD}`);
    expect(decoder.fatal?.message).toBe("event exceeded the permitted size");
    expect(decoder.pending).toBe(0);
  });

  it("SRV-24 holds no more of an endless line than the limit", () => {
    const decoder = new IntakeDecoder(NOW_US);
    // One piece again and again: what the process grows by is what the decoder keeps, not garbage of the test.
    const piece = Buffer.alloc(65_536, 120);
    const before = process.memoryUsage().rss;
    decoder.write(Buffer.from(METADATA));
    for (let i = 0; i < 2000; i++) decoder.write(piece);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2);
    decoder.write(Buffer.from(`\n${GOOD}`));
    expect(decoder).toMatchObject({ pending: 1, errorCount: 1 });
  });

  it("D-SRV-1 stops after 10,000 blank lines and keeps what was accepted", () => {
    expect(decode(METADATA + GOOD + "\n".repeat(10_000) + GOOD)).toMatchObject({ pending: 2, errorCount: 0 });
    const decoder = decode(METADATA + GOOD + "\n".repeat(10_001) + GOOD);
    expect(decoder).toMatchObject({ pending: 1, errorCount: 1 });
    expect(decoder.fatal?.message).toBe("too many blank lines");
  });

  it("D-SRV-9 refuses text that is not one JSON document", () => {
    for (const line of [
      `${GOOD.trim()}x`,
      `${GOOD.trim()}${GOOD.trim()}`,
      '{"metricset":{"samples":{"a":{"value":+1}}}}',
    ]) {
      expect(decode(`${METADATA}${line}\n`)).toMatchObject({ pending: 0, errorCount: 1 });
    }
  });

  it("D-SRV-10 refuses the short names of RUM v3", () => {
    expect(decode('{"m":{"se":{"n":"s","a":{"n":"rum-js","ve":"5"}}}}\n').fatal?.message).toBe(
      '"metadata" or "m" required',
    );
    expect(decode(`${METADATA}{"x":{"id":"1"}}\n`).errors[0]?.message).toBe('did not recognize object type: "x"');
  });

  it("D-SRV-3 counts a metricset of which nothing is left to store as accepted", () => {
    const decoder = decode(`${METADATA}{"metricset":{"samples":{"h":{"values":[1,2],"counts":[1]}}}}\n`);
    expect(decoder).toMatchObject({ pending: 0, emptied: 1, errorCount: 0, refused: { histogramLength: 1 } });
  });

  it("survives nesting of any depth", () => {
    const deep = `{"metricset":${"[".repeat(150_000)}${"]".repeat(150_000)}}\n`;
    expect(decode(METADATA + deep + GOOD)).toMatchObject({ pending: 1, errorCount: 1 });
  });
});
