import { describe, expect, it } from "vitest";
import { DecodeError } from "./decode-error.js";
import { decodeMetricset, type Refused } from "./metricset.js";

const NOW_US = 1_800_000_000_000_000;

function decode(text: string): { result: ReturnType<typeof decodeMetricset>; refused: Refused } {
  const refused = { histogramLength: 0, breakdownEmpty: 0 };
  return { result: decodeMetricset(JSON.parse(text), NOW_US, refused), refused };
}

function message(text: string): string {
  const { result } = decode(text);
  return result instanceof DecodeError ? result.message : "accepted";
}

describe("decodeMetricset", () => {
  it("W-15 refuses a sample without value and values", () => {
    for (const sample of [
      "{}",
      '{"value":null}',
      "null",
      '{"counts":[1]}',
      '{"values":[],"counts":[]}',
      '{"type":"gauge"}',
    ]) {
      expect(message(`{"samples":{"a":${sample}}}`)).toBe(
        "validation error: metricset: samples: requires at least one of the fields 'value;values'",
      );
    }
  });

  it("W-15 refuses values without counts and counts without values", () => {
    expect(message('{"samples":{"a":{"value":1,"counts":[1]}}}')).toBe(
      "validation error: metricset: samples: 'values' required when 'counts' is set",
    );
    expect(message('{"samples":{"a":{"values":[1]}}}')).toBe(
      "validation error: metricset: samples: 'counts' required when 'values' is set",
    );
  });

  it("SRV-30 reads null inside values as 0, and counts in any integral notation", () => {
    const { result } = decode('{"samples":{"h":{"type":"histogram","values":[null,1.5],"counts":[1e3,4.0]}}}');
    expect(result).toMatchObject({ samples: { h: { type: "histogram", values: [0, 1.5], counts: [1000, 4] } } });
  });

  it("SRV-30 refuses counts beyond 64 bits, as APM Server does", () => {
    const sample = (count: string): string =>
      `{"samples":{"h":{"type":"histogram","values":[1,2],"counts":[0,${count}]}}}`;
    expect(message(sample("18446744073709549568"))).toBe("accepted");
    for (const count of ["18446744073709551616", "1e20", "1e308"]) {
      expect(message(sample(count))).toMatch(/^decode error: data read error: .*counts/i);
    }
  });

  it("SRV-30 refuses counts that are no integers of 0 or more, and values that are no numbers", () => {
    for (const sample of [
      '{"values":[1],"counts":[1.5]}',
      '{"values":[1],"counts":[-1]}',
      '{"values":["1"],"counts":[1]}',
    ]) {
      expect(message(`{"samples":{"h":${sample}}}`)).toMatch(/^decode error: data read error: /);
    }
  });

  it("W-14 refuses a number that overflows", () => {
    expect(message('{"samples":{"a":{"value":1e400}}}')).toMatch(/^decode error: /);
  });

  it("D-SRV-3 leaves out a sample whose arrays differ in length, and counts it", () => {
    const { result, refused } = decode('{"samples":{"h":{"values":[1,2],"counts":[1]},"a":{"value":1}}}');
    expect(result).toEqual({ samples: { a: { value: 1 } }, timestamp: NOW_US });
    expect(refused.histogramLength).toBe(1);
  });

  it("W-15 puts histogram values in ascending order together with their counts", () => {
    const { result } = decode('{"samples":{"h":{"values":[3,1,2],"counts":[30,10,20]}}}');
    expect(result).toMatchObject({ samples: { h: { values: [1, 2, 3], counts: [10, 20, 30] } } });
  });

  it("SRV-27 treats a metricset with nothing set as absent", () => {
    for (const text of [
      "{}",
      '{"samples":{}}',
      '{"samples":null}',
      '{"samples":{},"tags":{},"span":{},"timestamp":null}',
      "null",
    ]) {
      expect(message(text)).toBe("validation error: 'metricset' required");
    }
    for (const text of ['{"timestamp":1}', '{"samples":{},"tags":{"a":"b"}}', '{"span":{"type":"db"}}']) {
      expect(message(text)).toBe("validation error: metricset: 'samples' required");
    }
  });

  it("W-18 ignores unknown fields, kinds and temporalities, and null for optional fields", () => {
    const { result } = decode(
      '{"samples":{"a":{"value":1,"type":"bogus","unit":null,"temporality":"cumulative","zzz":{}}},"tags":null,"span":null,"x":[1]}',
    );
    expect(result).toEqual({ samples: { a: { value: 1 } }, timestamp: NOW_US });
  });

  it("W-18 keeps what it knows", () => {
    const metricset = {
      samples: { a: { value: 1, type: "counter", temporality: "delta", unit: "ms" } },
      timestamp: 1_700_000_000_000_000,
      tags: { s: "v", n: 1.5, b: true },
      span: { type: "db", subtype: null },
      service: { name: "other", version: "2" },
    };
    expect(decode(JSON.stringify(metricset)).result).toEqual(metricset);
  });

  it("SRV-44 omits null labels and refuses arrays, objects and long texts", () => {
    expect(decode('{"samples":{"a":{"value":1}},"tags":{"z":null,"k":"v"}}').result).toMatchObject({
      tags: { k: "v" },
    });
    expect(decode('{"samples":{"a":{"value":1}},"tags":{"z":null}}').result).not.toHaveProperty("tags");
    expect(message('{"samples":{"a":{"value":1}},"tags":{"k":{}}}')).toBe(
      "validation error: metricset: 'tags': validation rule 'inputTypesVals(string;bool;number)' violated for key k",
    );
    expect(message(JSON.stringify({ samples: { a: { value: 1 } }, tags: { k: "x".repeat(1025) } }))).toBe(
      "validation error: metricset: 'tags': validation rule 'maxLengthVals(1024)' violated",
    );
  });

  it("W-16 counts code points, not UTF-16 units", () => {
    const tags = (text: string) => JSON.stringify({ samples: { a: { value: 1 } }, tags: { k: text } });
    expect(message(tags("😀".repeat(1024)))).toBe("accepted");
    expect(message(tags("😀".repeat(1025)))).toMatch(/maxLengthVals/);
  });

  it("SRV-40 takes integer microseconds or RFC 3339, else the time of arrival", () => {
    const time = (timestamp: string) => decode(`{"samples":{"a":{"value":1}},"timestamp":${timestamp}}`).result;
    expect(time("1700000000000000")).toMatchObject({ timestamp: 1_700_000_000_000_000 });
    expect(time("17e14")).toMatchObject({ timestamp: 1_700_000_000_000_000 });
    expect(time('"2017-05-30T18:53:41.364123Z"')).toMatchObject({ timestamp: 1_496_170_421_364_123 });
    expect(time("null")).toMatchObject({ timestamp: NOW_US });
    for (const wrong of ["1.5", '"yesterday"', "true", "1e300"]) expect(time(wrong)).toBeInstanceOf(DecodeError);
  });

  it("SRV-45 keeps only the two samples of a breakdown metricset", () => {
    const { result } = decode(
      '{"samples":{"span.self_time.count":{"value":3},"span.self_time.sum.us":{"value":12500.5},"x":{"value":1}},"transaction":{"name":"GET /","type":"request"},"span":{"type":"db","subtype":"mysql"}}',
    );
    expect(result).toEqual({
      samples: { "span.self_time.sum.us": { value: 12500.5 }, "span.self_time.count": { value: 3 } },
      timestamp: NOW_US,
      transaction: { name: "GET /", type: "request" },
      span: { type: "db", subtype: "mysql" },
    });
  });

  it("D-SRV-4 lets a breakdown metricset without usable samples vanish, and counts it", () => {
    for (const rest of ['"transaction":{"name":"a"}', '"transaction":{"name":"a"},"span":{"type":"db"}']) {
      const { result, refused } = decode(`{"samples":{"x":{"value":1}},${rest}}`);
      expect(result).toBeNull();
      expect(refused.breakdownEmpty).toBe(1);
    }
  });

  it("SRV-30 ignores unknown fields of transaction and span: a series must not be known by them", () => {
    const { result } = decode(
      '{"samples":{"span.self_time.count":{"value":3}},"transaction":{"name":"t","id":"1"},"span":{"id":"2","type":"db","subtype":null}}',
    );
    expect(result).toMatchObject({ transaction: { name: "t" }, span: { type: "db", subtype: null } });
    expect(JSON.stringify(result)).not.toContain('"id"');
  });

  it("SRV-30 refuses names with * or quotes, and overlong names of span, transaction and service", () => {
    expect(message('{"samples":{"a*b":{"value":1}}}')).toMatch(/patternKeys\(patternNoAsteriskQuote\)/);
    const long = "x".repeat(1025);
    for (const [object, field] of [
      ["span", "type"],
      ["transaction", "name"],
      ["service", "name"],
    ] as const) {
      expect(message(JSON.stringify({ samples: { a: { value: 1 } }, [object]: { [field]: long } }))).toBe(
        `validation error: metricset: ${object}: '${field}': validation rule 'maxLength(1024)' violated`,
      );
    }
  });

  it("reports a wrong type before a broken rule, wherever it stands", () => {
    expect(message('{"samples":{"a*b":{"value":1},"c":{"value":"x"}}}')).toMatch(/^decode error/);
  });

  it("survives names that JavaScript gives a meaning", () => {
    const { result } = decode(
      '{"samples":{"__proto__":{"value":1,"type":"bogus"},"constructor":{"value":2}},"tags":{"__proto__":"x","n":null}}',
    );
    const { samples, tags } = result as { samples: object; tags: object };
    expect(Object.entries(samples)).toEqual([
      ["__proto__", { value: 1 }],
      ["constructor", { value: 2 }],
    ]);
    expect(Object.entries(tags)).toEqual([["__proto__", "x"]]);
    expect(({} as { value?: number }).value).toBeUndefined();
  });
});
