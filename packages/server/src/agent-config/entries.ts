import { createHash } from "node:crypto";
import { expectedOf } from "@tidegauge/protocol/central";
import { z } from "zod";

/** One configuration: for which service and environment, and what it sets. Both absent: for every agent. */
export interface ConfigEntry {
  readonly service: { readonly name?: string; readonly environment?: string };
  /** Option name → value as text, as agents read it from their environment (W-65). */
  readonly settings: Readonly<Record<string, string>>;
  /** Names this version of the settings; a hash of them unless given. */
  readonly etag: string;
}

/** What an agent is told: the settings, and their etag without quotes. `-` stands for "nothing configured" (SRV-72). */
export interface Selected {
  readonly settings: Readonly<Record<string, string>>;
  readonly etag: string;
}

const NOTHING: Selected = { settings: {}, etag: "-" };

const MAX_ENTRIES = 10_000;
const ENTRIES = `must be an array of at most ${MAX_ENTRIES} entries`;
const ENTRY = "must be an object with settings";
const WHO = "must be a text of 1 to 1024 characters";
const SETTINGS = "must be an object of option names, in small letters with _, and values";
const VALUE = "must be a text, a number or a boolean";
const ETAG = "must be printable text without quotes and spaces, at most 128 characters";

const who = z.string(WHO).min(1, WHO).max(1024, WHO).optional();
const setting = z.union([z.string(), z.number(), z.boolean()], VALUE).transform((value) => String(value));
const entries = z
  .array(
    z.object(
      {
        service: z.object({ name: who, environment: who }, "must be an object with name and environment").default({}),
        settings: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), setting, SETTINGS),
        etag: z
          .string(ETAG)
          .regex(/^[\x21\x23-\x7e]{1,128}$/, ETAG)
          .optional(),
      },
      ENTRY,
    ),
    ENTRIES,
  )
  .max(MAX_ENTRIES, ENTRIES);

/** The entries of a configuration document, or a sentence that says what is wrong with it. */
export function parseEntries(document: unknown): ConfigEntry[] | string {
  const parsed = entries.safeParse(document);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return issue === undefined ? "not a configuration" : `${issue.path.join(".") || "document"}: it ${issue.message}`;
  }
  const seen = new Set<string>();
  const result: ConfigEntry[] = [];
  for (const { service, settings, etag } of parsed.data) {
    const key = JSON.stringify([service.name, service.environment]);
    if (seen.has(key)) return `two entries for ${named(service)}: put their settings into one`;
    seen.add(key);
    const who: { name?: string; environment?: string } = {};
    if (service.name !== undefined) who.name = service.name;
    if (service.environment !== undefined) who.environment = service.environment;
    result.push({ service: who, settings, etag: etag ?? hash(settings) });
  }
  return result;
}

/** The values that agents would ignore, each as a sentence that names entry and option. What agents other than ours understand is not judged. */
export function ignoredValues(all: readonly ConfigEntry[]): string[] {
  return all.flatMap(({ settings }, index) =>
    Object.entries(settings).flatMap(([option, value]) => {
      const expected = expectedOf(option, value);
      return expected === undefined ? [] : [`${index}.settings.${option}: it must be ${expected}`];
    }),
  );
}

/** As `parseEntries`, and a value that agents would ignore is wrong too (SRV-76). */
export function checkedEntries(document: unknown): ConfigEntry[] | string {
  const entries = parseEntries(document);
  return typeof entries === "string" ? entries : (ignoredValues(entries)[0] ?? entries);
}

/** SRV-73: name and environment, else the name alone, else the environment alone, else the entry for everybody. */
export function select(all: readonly ConfigEntry[], name: string, environment: string | undefined): Selected {
  let best: ConfigEntry | undefined;
  let bestRank = -1;
  for (const entry of all) {
    const { service } = entry;
    if (service.name !== undefined && service.name !== name) continue;
    if (service.environment !== undefined && service.environment !== environment) continue;
    const rank = (service.name === undefined ? 0 : 2) + (service.environment === undefined ? 0 : 1);
    if (rank > bestRank) {
      best = entry;
      bestRank = rank;
    }
  }
  return best ?? NOTHING;
}

/** Names the state of all entries: what an editor shows in `If-Match`. */
export function hashAll(all: readonly ConfigEntry[]): string {
  return digest(JSON.stringify(all));
}

function hash(settings: Readonly<Record<string, string>>): string {
  const sorted = Object.keys(settings)
    .sort()
    .map((key) => [key, settings[key]]);
  return digest(JSON.stringify(sorted));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Whom an entry is for, in words. */
function named({ name, environment }: { name?: string | undefined; environment?: string | undefined }): string {
  const service = name === undefined ? "all services" : `the service ${name}`;
  return environment === undefined ? `${service} in all environments` : `${service} in ${environment}`;
}
