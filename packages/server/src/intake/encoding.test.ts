import { randomBytes } from "node:crypto";
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodingOf } from "./encoding.js";
import { Inflater, inflateWhole, MAX_WHOLE_BYTES } from "./inflate.js";

describe("encodingOf", () => {
  it("SRV-21 believes gzip and deflate in this spelling and sniffs everything else", () => {
    const [gzip, zlib, plain] = [gzipSync("x"), deflateSync("x"), Buffer.from('{"metadata"')];
    for (const header of [undefined, "br", "identity", "GZIP"]) {
      expect([gzip, zlib, plain].map((body) => encodingOf(header, body))).toEqual(["gzip", "zlib", "plain"]);
    }
    expect(encodingOf("gzip", gzip)).toBe("gzip");
    expect(encodingOf("deflate", zlib)).toBe("zlib");
    expect(encodingOf("gzip", Buffer.alloc(0))).toBe("plain");
  });

  it("SRV-21 refuses an invalid header", () => {
    expect(encodingOf("gzip", Buffer.from("{}"))).toEqual({ error: "data decoding error: gzip: invalid header" });
    expect(encodingOf("gzip", gzipSync("x").subarray(0, 5))).toEqual({ error: "data decoding error: unexpected EOF" });
    for (const body of [
      Buffer.from("{}"),
      gzipSync("x"),
      Buffer.from([0x78]),
      Buffer.from([0x78, 0x9d]),
      Buffer.from([0x88, 0x1c]),
    ]) {
      expect(encodingOf("deflate", body)).toEqual({ error: "data decoding error: zlib: invalid header" });
    }
  });
});

describe("inflate", () => {
  it("SRV-21 gives what can be read before a body breaks off, at any byte", () => {
    const text = Array.from({ length: 200 }, (_, i) => `line ${i} ${randomBytes(8).toString("hex")}`).join("\n");
    for (const [encoding, body] of [
      ["gzip", gzipSync(text)],
      ["zlib", deflateSync(text)],
    ] as const) {
      let longest = 0;
      for (let length = 12; length < body.length; length += 37) {
        const inflated = inflateWhole(encoding, body.subarray(0, length));
        expect(inflated?.error).toBe("unexpected EOF");
        expect(text.startsWith(String(inflated?.bytes))).toBe(true);
        expect(inflated?.bytes.length).toBeGreaterThanOrEqual(longest);
        longest = inflated?.bytes.length ?? 0;
      }
      expect(longest).toBeGreaterThan(text.length * 0.9);
      expect(inflateWhole(encoding, body)).toEqual({ bytes: Buffer.from(text), error: undefined });
    }
  });

  it("SRV-21 never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(200), (noise, at) => {
        const body = gzipSync("a line\n".repeat(50));
        const damaged = Buffer.concat([body.subarray(0, at), noise, body.subarray(at)]);
        const inflated = inflateWhole("gzip", damaged);
        expect(inflated === undefined || inflated.bytes.length >= 0).toBe(true);
      }),
    );
  });

  it("leaves a body that becomes large to the stream, which gives the same bytes", async () => {
    const text = "abcdefgh".repeat(MAX_WHOLE_BYTES / 4);
    const body = gzipSync(text);
    expect(inflateWhole("gzip", body)).toBeUndefined();
    const chunks: Buffer[] = [];
    const inflater = new Inflater("gzip", async (chunk) => {
      chunks.push(chunk);
      return true;
    });
    expect(await inflater.write(body)).toBe(true);
    expect(await inflater.end()).toBe(true);
    inflater.destroy();
    expect(Buffer.concat(chunks).toString()).toBe(text);
  });

  it("stops when its sink wants no more, and says what is wrong with damaged data", async () => {
    const body = gzipSync(randomBytes(300_000));
    let taken = 0;
    const stopped = new Inflater("gzip", async (chunk) => {
      taken += chunk.length;
      return taken < 100_000;
    });
    expect(await stopped.write(body)).toBe(false);
    expect(taken).toBeLessThan(200_000);
    stopped.destroy();
    const damaged = new Inflater("gzip", async () => true);
    body.fill(0xff, 1_000, 1_100);
    await damaged.write(body);
    expect(await damaged.end()).toBe(false);
    expect(damaged.error).toBeTypeOf("string");
    const cut = new Inflater("gzip", async () => true);
    await cut.write(gzipSync("x").subarray(0, -4));
    expect(await cut.end()).toBe(false);
    expect(cut.error).toBe("unexpected EOF");
  });
});
