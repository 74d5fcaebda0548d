import { z } from "zod";

/**
 * The flags of `tidegauge serve` in camelCase. Durations are `0`, or a number with a unit `ms`, `s`, `m`, `h`, `d` (`30d`); sizes are a number with an
 * optional unit `kb`, `mb`, `gb`, `tb` (`20gb`, decimal).
 */
export interface ServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 8200; 0 picks a free port. */
  readonly port?: number | undefined;
  /** Default `./tidegauge-data`. */
  readonly dataDir?: string | undefined;
  /** How long data is kept; 0: for ever. Default `30d`. */
  readonly retention?: string | undefined;
  /** What the store may take on disk; 0: no limit. Default `20gb`. */
  readonly maxSize?: string | undefined;
  /** What agents and readers must show as `Authorization: Bearer …` (SRV-2). Default: none. */
  readonly secretToken?: string | undefined;
  /** Keys as `id:key` that do as well, shown as `Authorization: ApiKey base64(id:key)`. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Serve clients on other machines although there is neither token nor key. */
  readonly insecure?: boolean | undefined;
  /** Where metrics go: `store`, `elasticsearch`, or both with a comma. Default `store`. */
  readonly output?: string | undefined;
  /** URLs of the search nodes, with commas; user and password in them are used as Basic authorization. Default `http://127.0.0.1:9200`. */
  readonly elasticsearchUrl?: string | undefined;
  /** API key for the search nodes, as they gave it out (base64); wins over a user in the URL. */
  readonly elasticsearchApiKey?: string | undefined;
  /** PEM file of the authorities that the search nodes' certificates are checked with. */
  readonly elasticsearchCaCert?: string | undefined;
  /** What may wait on disk while the search nodes take nothing. Default `1gb`. */
  readonly elasticsearchQueueSize?: string | undefined;
  /** Namespace of the data streams. Default `default`. */
  readonly dataStreamNamespace?: string | undefined;
  /** File of agent configurations; without it they are kept in the data directory. */
  readonly agentConfig?: string | undefined;
  /** How long agents keep their configuration. Default `30s`. */
  readonly agentConfigMaxAge?: string | undefined;
  /** PEM files; both or none. With them the server speaks TLS only. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** Largest intake body after decompression. Default 100 MiB (D-SRV-1). */
  readonly maxRequestSize?: string | undefined;
  /** Largest event line. Default 307,200 bytes. */
  readonly maxEventSize?: string | undefined;
  /** Intake requests at once; 0: as many as memory allows. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Connections at once. Default 8,192. */
  readonly maxConnections?: number | undefined;
  /** Time in which a request's head and body must arrive. Default `30s`. */
  readonly readTimeout?: string | undefined;
  /** How long a stop waits for bodies that are being received. Default `5s`. */
  readonly shutdownTimeout?: string | undefined;
  readonly logLevel?: "debug" | "info" | "warn" | "error" | "silent" | undefined;
}

/** A wiring mistake, or something the system refused at start. `code` is stable; the message says what to do and holds no secret. */
export class ServerError extends Error {
  readonly code: "OPTION_INVALID" | "OUTPUT_UNUSABLE" | "TLS_UNREADABLE" | "ADDRESS_IN_USE" | "LISTEN_FAILED";

  constructor(code: ServerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ServerError";
    this.code = code;
  }
}

/** The options with their defaults; durations in milliseconds, sizes in bytes. */
export interface ParsedOptions {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly retention: number;
  readonly maxSize: number;
  readonly secretToken?: string | undefined;
  readonly apiKeys: string[];
  readonly insecure: boolean;
  readonly output: OutputName[];
  readonly elasticsearchUrl: string[];
  readonly elasticsearchApiKey?: string | undefined;
  readonly elasticsearchCaCert?: string | undefined;
  readonly elasticsearchQueueSize: number;
  readonly dataStreamNamespace: string;
  readonly agentConfig?: string | undefined;
  readonly agentConfigMaxAge: number;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly maxRequestSize: number;
  readonly maxEventSize: number;
  readonly maxConcurrentRequests: number;
  readonly maxConnections: number;
  readonly readTimeout: number;
  readonly shutdownTimeout: number;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

/** Milliseconds. */
const duration = z.string().transform((text, context) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  if (text.trim() === "0") return 0;
  if (number !== undefined && unit !== undefined) return Number(number) * (DURATION_UNITS[unit] as number);
  context.addIssue({ code: "custom", message: "is a number with a unit ms, s, m, h or d, such as 30s" });
  return z.NEVER;
});

/** Bytes. */
const size = z.string().transform((text, context) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b?)$/.exec(text.trim().toLowerCase()) ?? [];
  const factor = unit === undefined ? undefined : (SIZE_UNITS[unit] ?? SIZE_UNITS[`${unit}b`]);
  if (number !== undefined && factor !== undefined) return Math.floor(Number(number) * factor);
  context.addIssue({ code: "custom", message: "is a number with an optional unit kb, mb, gb or tb, such as 20gb" });
  return z.NEVER;
});

/** The outputs there are. */
export type OutputName = "store" | "elasticsearch";

const list = (text: string): string[] => text.split(",").map((item) => item.trim());

const isOutput = (name: string): name is OutputName => name === "store" || name === "elasticsearch";

const outputs = z
  .string()
  .transform(list)
  .refine(
    (names): names is OutputName[] => names.every(isOutput) && new Set(names).size === names.length,
    "is store, elasticsearch, or both with a comma",
  );

/** Text that `new URL` reads, http or https, with credentials that decode. */
const nodeUrls = z
  .string()
  .transform(list)
  .refine(
    (urls) => urls.every(isNodeUrl),
    "is an http or https URL, or several with commas, a % in credentials written as %25",
  );

function isNodeUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}

const options = z.object({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.number().int().min(0).max(65_535).default(8200),
  dataDir: z.string().min(1).default("./tidegauge-data"),
  retention: duration.default(30 * 86_400_000),
  maxSize: size.default(20e9),
  secretToken: z.string().optional(),
  apiKeys: z.array(z.string().regex(/^[^:]+:.+$/, "is written id:key")).default([]),
  insecure: z.boolean().default(false),
  output: outputs.default(["store"]),
  elasticsearchUrl: nodeUrls.default(["http://127.0.0.1:9200"]),
  elasticsearchApiKey: z.string().min(1).optional(),
  elasticsearchCaCert: z.string().min(1).optional(),
  elasticsearchQueueSize: size.default(1e9),
  dataStreamNamespace: z
    .string()
    .regex(/^[^\\/*?"<>| ,#:A-Z-]{1,100}$/, 'is at most 100 characters, no capitals and none of \\/*?"<>| ,#:-')
    .default("default"),
  agentConfig: z.string().min(1).optional(),
  agentConfigMaxAge: duration.default(30_000),
  tlsCert: z.string().min(1).optional(),
  tlsKey: z.string().min(1).optional(),
  maxRequestSize: size.default(100 * 1024 ** 2),
  maxEventSize: size.default(307_200),
  maxConcurrentRequests: z.number().int().min(0).default(0),
  maxConnections: z.number().int().min(1).default(8192),
  readTimeout: duration.default(30_000),
  shutdownTimeout: duration.default(5_000),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** Throws `ServerError` `OPTION_INVALID` that names the option, never its value: it may be a secret. */
export function parseOptions(given: ServerOptions): ParsedOptions {
  const parsed = options.safeParse(given, { reportInput: false });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ServerError("OPTION_INVALID", `option ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { tlsCert, tlsKey } = parsed.data;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new ServerError("OPTION_INVALID", "options tlsCert and tlsKey: give both, or none");
  }
  return parsed.data;
}
