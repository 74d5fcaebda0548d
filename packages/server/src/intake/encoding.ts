/** How a body is compressed. */
export type Encoding = "plain" | "gzip" | "zlib";

/** The encoding of a body that starts with `head`, or why its header is invalid (SRV-21). `head` is empty only if the body is. */
export function encodingOf(contentEncoding: string | undefined, head: Buffer): Encoding | { error: string } {
  if (head.length === 0) return "plain";
  switch (declared(contentEncoding, head)) {
    case "gzip":
      if (head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) return invalid("gzip: invalid header");
      return head.length < 10 ? invalid("unexpected EOF") : "gzip";
    case "zlib":
      return isZlibHeader(head) ? "zlib" : invalid("zlib: invalid header");
    default:
      return "plain";
  }
}

/** Only `gzip` and `deflate` in exactly this spelling are believed; anything else is sniffed from the first two bytes. */
function declared(contentEncoding: string | undefined, head: Buffer): Encoding {
  if (contentEncoding === "gzip") return "gzip";
  if (contentEncoding === "deflate") return "zlib";
  if (head.length < 2) return "plain";
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return ((head[0] as number) & 0x0f) === 8 ? "zlib" : "plain";
}

/** RFC 1950: method 8, window at most 32 KiB, no preset dictionary, and a checksum of both bytes. */
function isZlibHeader(head: Buffer): boolean {
  const [cmf, flags] = [head[0] as number, head[1] ?? 0];
  return (cmf & 0x0f) === 8 && cmf >> 4 <= 7 && (cmf * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
}

function invalid(detail: string): { error: string } {
  return { error: `data decoding error: ${detail}` };
}
