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

/** `OPTION_INVALID`: one option is wrong. The parts of the message stand apart for who calls the option by another name, as a command line does. */
export class OptionError extends ServerError {
  /** Its key in `ServerOptions`. */
  readonly option: keyof ServerOptions;
  /** Goes on after the option's name: `must be …`. */
  readonly rule: string;

  constructor(option: keyof ServerOptions, rule: string) {
    super("OPTION_INVALID", `option ${option} ${rule}`);
    this.option = option;
    this.rule = rule;
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

const DURATION = "must be a number with a unit ms, s, m, h or d, such as 30s";
/** Milliseconds. */
const duration = z.string(DURATION).transform((text, context) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  if (text.trim() === "0") return 0;
  if (number !== undefined && unit !== undefined) return Number(number) * (DURATION_UNITS[unit] as number);
  context.addIssue({ code: "custom", message: DURATION });
  return z.NEVER;
});

const SIZE = "must be a number with an optional unit kb, mb, gb or tb, such as 20gb";
/** Bytes. */
const size = z.string(SIZE).transform((text, context) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b?)$/.exec(text.trim().toLowerCase()) ?? [];
  const factor = unit === undefined ? undefined : (SIZE_UNITS[unit] ?? SIZE_UNITS[`${unit}b`]);
  if (number !== undefined && factor !== undefined) return Math.floor(Number(number) * factor);
  context.addIssue({ code: "custom", message: SIZE });
  return z.NEVER;
});

/** A timer of Node waits 24.8 days at most; a longer one would end at once. */
const LONGEST_MS = 24 * 86_400_000;
/** A wait. */
const wait = duration.refine((ms) => ms <= LONGEST_MS, "must be at most 24d");
const LEAST_READ_MS = 100;
const READ_TIME = "must be from 100ms to 24d";
/** Time for a request: there is always a limit, or slow clients would hold every connection. */
const readTime = duration.refine((ms) => ms >= LEAST_READ_MS && ms <= LONGEST_MS, READ_TIME);
const LEAST_BYTES = 1_000;
/** Room for what is received. */
const room = size.refine((bytes) => bytes >= LEAST_BYTES, "must be at least 1kb");

/** The outputs there are. */
export type OutputName = "store" | "elasticsearch";

const list = (text: string): string[] => text.split(",").map((item) => item.trim());

const isOutput = (name: string): name is OutputName => name === "store" || name === "elasticsearch";

const OUTPUTS = "must be store, elasticsearch, or both with a comma";
const outputs = z
  .string(OUTPUTS)
  .transform(list)
  .refine((names): names is OutputName[] => names.every(isOutput) && new Set(names).size === names.length, OUTPUTS);

const NODE_URLS = "must be an http or https URL, or several with commas, a % in credentials written as %25";
/** Text that `new URL` reads, http or https, with credentials that decode. */
const nodeUrls = z
  .string(NODE_URLS)
  .transform(list)
  .refine((urls) => urls.every(isNodeUrl), NODE_URLS);

function isNodeUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}

const TEXT = "must be a text that is not empty";
const text = z.string(TEXT).min(1, TEXT);

/** A whole number from `least` on, up to `most` where there is a limit. */
function whole(least: number, most?: number): z.ZodNumber {
  const rule = `must be a whole number ${most === undefined ? `of at least ${least}` : `from ${least} to ${most}`}`;
  const number = z.number(rule).int(rule).min(least, rule);
  return most === undefined ? number : number.max(most, rule);
}

const NAMESPACE = 'must be at most 100 characters, no capitals and none of \\/*?"<>| ,#:-';
const API_KEYS = "must be written id:key";
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

const options = z.object({
  host: text.default("127.0.0.1"),
  port: whole(0, 65_535).default(8200),
  dataDir: text.default("./tidegauge-data"),
  retention: duration.default(30 * 86_400_000),
  maxSize: size.default(20e9),
  secretToken: z.string("must be a text").optional(),
  apiKeys: z.array(z.string(API_KEYS).regex(/^[^:]+:.+$/, API_KEYS), API_KEYS).default([]),
  insecure: z.boolean("must be true or false").default(false),
  output: outputs.default(["store"]),
  elasticsearchUrl: nodeUrls.default(["http://127.0.0.1:9200"]),
  elasticsearchApiKey: text.optional(),
  elasticsearchCaCert: text.optional(),
  elasticsearchQueueSize: size.default(1e9),
  dataStreamNamespace: z
    .string(NAMESPACE)
    .regex(/^[^\\/*?"<>| ,#:A-Z-]{1,100}$/, NAMESPACE)
    .default("default"),
  agentConfig: text.optional(),
  agentConfigMaxAge: duration.default(30_000),
  tlsCert: text.optional(),
  tlsKey: text.optional(),
  maxRequestSize: room.default(100 * 1024 ** 2),
  maxEventSize: room.default(307_200),
  maxConcurrentRequests: whole(0).default(0),
  maxConnections: whole(1).default(8192),
  readTimeout: readTime.default(30_000),
  shutdownTimeout: wait.default(5_000),
  logLevel: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});

/** Throws an `OptionError` that names the option, never its value: it may be a secret. */
export function parseOptions(given: ServerOptions): ParsedOptions {
  const parsed = options.safeParse(given, { reportInput: false });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new OptionError(issue?.path[0] as keyof ServerOptions, issue?.message ?? "is wrong");
  }
  const { tlsCert, tlsKey } = parsed.data;
  if (tlsCert !== undefined && tlsKey === undefined)
    throw new OptionError("tlsKey", "must be given too: the certificate needs its private key");
  if (tlsKey !== undefined && tlsCert === undefined)
    throw new OptionError("tlsCert", "must be given too: the private key needs its certificate");
  return parsed.data;
}
