import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { namesTag } from "./entity-tag.js";
import type { Exchange, Route } from "./route.js";

/** Only what the page itself consists of may run or be loaded, and nobody may frame it. */
const PAGE_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self';" +
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

const NOT_BUILT = "The page is not built: run `npm run build` in the clone, or install a released package.\n";

interface PageFile {
  readonly body: Buffer;
  readonly gzipped: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/**
 * The built dashboard. All its files are read once at the start and looked up by their exact path, so no path of a request ever reaches the file system.
 */
export class Page {
  readonly #files: ReadonlyMap<string, PageFile>;

  constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** Reads the dashboard that was built into this package; nothing to serve when there is none. */
  static load(): Page {
    const index = createRequire(import.meta.url).resolve("#dashboard");
    return existsSync(index) ? Page.read(dirname(index)) : new Page(new Map());
  }

  /** Reads a built dashboard from a folder. */
  static read(root: string): Page {
    const files = new Map<string, PageFile>();
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = relative(root, path).split(sep).join("/");
      files.set(`/${name}`, prepare(name, readFileSync(path)));
    }
    return new Page(files);
  }

  /** Routes of the files beside the page itself, which is served at `/`. */
  routes(): Route[] {
    return [...this.#files.keys()].map((path) => ({
      path,
      methods: ["GET"],
      auth: "none",
      handle: (exchange) => this.#send(exchange, path),
    }));
  }

  /** Answers with the page. */
  sendIndex(exchange: Exchange): void {
    this.#send(exchange, "/index.html");
  }

  #send(exchange: Exchange, path: string): void {
    const { request, response } = exchange;
    const file = this.#files.get(path);
    if (file === undefined) {
      response.writeHead(200, { ...PAGE_HEADERS, "Content-Type": "text/plain; charset=utf-8", Vary: "Accept" });
      response.end(NOT_BUILT);
      return;
    }
    if (namesTag(request.headers["if-none-match"], file.etag)) {
      response.writeHead(304, { ...file.headers, ETag: file.etag });
      response.end();
      return;
    }
    const zipped = file.gzipped !== undefined && /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "");
    const body = zipped ? (file.gzipped as Buffer) : file.body;
    response.writeHead(200, {
      ...file.headers,
      ETag: file.etag,
      "Content-Length": body.length,
      ...(zipped ? { "Content-Encoding": "gzip" } : {}),
    });
    response.end(body);
  }
}

function prepare(name: string, body: Buffer): PageFile {
  const extension = extname(name);
  const gzipped = gzipSync(body, { level: 9 });
  // Vite puts a hash of the content into the names below assets/.
  const cache = name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  return {
    body,
    gzipped: gzipped.length < body.length * 0.9 ? gzipped : undefined,
    headers: {
      ...PAGE_HEADERS,
      "Content-Type": CONTENT_TYPES[extension] ?? "application/octet-stream",
      "Cache-Control": cache,
      Vary: "Accept, Accept-Encoding",
    },
    etag: `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`,
  };
}
