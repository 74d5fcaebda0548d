import type { Metadata } from "@tidegauge/protocol";
import type { MetadataSource } from "../metadata/build.js";
import { metadataFor, type ServerVersion } from "../metadata/server-version.js";

/** The first line of every request, encoded once and anew when more of it becomes known (W-11, W-21). */
export class MetadataLine {
  readonly #source: MetadataSource;
  #version: ServerVersion | undefined;
  #encoded: { from: Metadata; plain: Uint8Array; gzip?: Uint8Array } | undefined;

  constructor(source: MetadataSource) {
    this.#source = source;
  }

  /** The server's version became known: it decides on some fields (W-57). */
  setServerVersion(version: ServerVersion | undefined): void {
    this.#version = version;
    this.#encoded = undefined;
  }

  /** The line with its newline; compressed: a gzip member of its own, done on the spot, as it is about 1 KB and needed even while the process dies. */
  encode(gzip: boolean): Uint8Array {
    const from = this.#source.current;
    if (this.#encoded?.from !== from) {
      const line = `${JSON.stringify({ metadata: metadataFor(from, this.#version) })}\n`;
      this.#encoded = { from, plain: Buffer.from(line) };
    }
    const encoded = this.#encoded;
    if (!gzip) return encoded.plain;
    encoded.gzip ??= process.getBuiltinModule("node:zlib").gzipSync(encoded.plain, { level: 1 });
    return encoded.gzip;
  }
}
