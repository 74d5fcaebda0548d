import type { Logger } from "../logging/logger.js";
import { REDACTED, redactUrlPassword } from "../logging/redaction.js";
import { readConfigFile } from "./file.js";
import {
  definitionOf,
  environmentSource,
  isCompatible,
  type OptionSource,
  objectSource,
  type Source,
  snakeCase,
  valueKey,
} from "./option-source.js";
import type { ConfigOptions, ConfigValues } from "./option-types.js";
import { InvalidValue, parseOption } from "./option-value.js";
import { OPTIONS, type OptionDefinition } from "./options.js";
import { serverlessOverrides } from "./serverless.js";
import { discoverService } from "./service-name.js";

/** One option as it is now; `shown` is its value as text with secrets taken out (CFG-31, CFG-32). */
export interface EffectiveOption {
  readonly name: string;
  readonly source: OptionSource;
  readonly shown: string;
}

interface Setting {
  readonly value: unknown;
  readonly source: OptionSource;
  readonly raw: unknown;
}

type Level = "debug" | "info" | "warn" | "error";

/** Keys of the client's options that are no configuration options. */
const CLIENT_ONLY: ReadonlySet<string> = new Set(["start", "transport", "logger", "prometheusRegistry"]);

/**
 * The agent's configuration: for each option the value of the highest source that holds a valid one (CFG-1, CFG-2). Dynamic options change while
 * running when central configuration is applied; read `values` anew or listen with `onChange`.
 */
export class Config {
  /** Current values; the object stays the same, its dynamic fields change. */
  readonly values: ConfigValues;
  readonly #local = new Map<string, Setting>();
  readonly #central = new Map<string, Setting>();
  readonly #listeners = new Set<(changed: ReadonlySet<string>) => void>();
  readonly #values: Record<string, unknown> = {};
  #logger: Logger | undefined;
  #pending: [Level, string][] = [];

  private constructor(logger: Logger | undefined) {
    this.values = this.#values as unknown as ConfigValues;
    this.#logger = logger;
  }

  /** Reads all sources once (CFG-3). Never throws: what is wrong is logged, to `logger` or, later, to the one given to `useLogger`. */
  static load(options: ConfigOptions = {}, env: NodeJS.ProcessEnv = process.env, logger?: Logger): Config {
    const config = new Config(logger);
    config.#load(options as Readonly<Record<string, unknown>>, env);
    return config;
  }

  /** Logs from now on to `logger`, beginning with what was found while loading. */
  useLogger(logger: Logger): void {
    this.#logger = logger;
    for (const [level, message] of this.#pending) logger[level](message);
    this.#pending = [];
  }

  /** Calls `listener` with the keys of `values` that central configuration has just changed. Returns a function that ends this. */
  onChange(listener: (changed: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Replaces the former central configuration completely (W-66) by this one; `{}` goes back to the local values (CFG-7). Invalid values and names
   * that cannot be changed while running are logged, the others apply (W-65).
   */
  applyCentral(settings: Readonly<Record<string, string>>): void {
    this.#central.clear();
    const unsupported: string[] = [];
    const applied: string[] = [];
    for (const [name, raw] of Object.entries(settings)) {
      const option = definitionOf(name);
      if (!option?.dynamic) {
        if (isCompatible(name)) this.#log("debug", `central configuration: ${name} has no effect here`);
        else unsupported.push(name);
        continue;
      }
      const setting = this.#parse(option, raw, "central", `${name} from central configuration`);
      if (!setting) continue;
      this.#central.set(option.name, setting);
      applied.push(`${option.name}=${raw}`);
    }
    if (unsupported.length > 0) {
      this.#log("warn", `central configuration: unsupported config names, ignored: ${unsupported.join(", ")}`);
    }
    const changed = this.#refresh();
    if (applied.length > 0) this.#log("info", `central configuration applied: ${applied.join(", ")}`);
    else if (changed.size > 0) this.#log("info", "central configuration removed: local values apply again");
    if (changed.size > 0) for (const listener of [...this.#listeners]) listener(changed);
  }

  /** Whether anything remote is in force. */
  get hasCentral(): boolean {
    return this.#central.size > 0;
  }

  /** Every option with its value as text and its source (CFG-32). */
  effective(): readonly EffectiveOption[] {
    return OPTIONS.map((option) => {
      const setting = this.#setting(option.name);
      return { name: option.name, source: setting.source, shown: show(option, setting) };
    });
  }

  /** Where the value of an option comes from. */
  sourceOf(name: (typeof OPTIONS)[number]["name"]): OptionSource {
    return this.#setting(name).source;
  }

  /** Logs the effective configuration: what was set at info, the defaults at debug (CFG-32). */
  logEffective(): void {
    const all = this.effective();
    const set = all.filter((option) => option.source !== "default");
    const list = (options: readonly EffectiveOption[]): string =>
      options.map((option) => `${option.name}=${option.shown} (${option.source})`).join(", ");
    this.#log("info", `configuration: ${list(set)}`);
    this.#log(
      "debug",
      `configuration left at its default: ${list(all.filter((option) => option.source === "default"))}`,
    );
  }

  /** Texts that must never be shown (CFG-31): tokens, keys and the password in the server's URL. */
  get secrets(): readonly string[] {
    const { secretToken, apiKey, serverUrl } = this.values;
    const password = decodeURIComponent(new URL(serverUrl).password);
    return [secretToken, apiKey, password].filter((secret): secret is string => Boolean(secret));
  }

  #load(options: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): void {
    const file = readConfigFile(env);
    if (file?.problem !== undefined) this.#log("warn", `configuration file ${file.path} ignored: ${file.problem}`);
    const sources: Source[] = [
      environmentSource(env),
      objectSource("options", "options", options),
      objectSource("file", file?.path ?? "", file?.options ?? {}),
    ];
    const forced = serverlessOverrides(env);
    if (forced) sources.unshift(objectSource("platform", "the function platform", forced));
    const discovered = discoverService(env);
    for (const option of OPTIONS) this.#local.set(option.name, this.#resolve(option, sources, discovered));
    this.#noteUnknown("options", options);
    if (file) this.#noteUnknown(file.path, file.options);
    this.#noteIgnoredEnvironment(env);
    this.#refresh();
  }

  #resolve(
    option: OptionDefinition,
    sources: readonly Source[],
    discovered: ReturnType<typeof discoverService>,
  ): Setting {
    for (const source of sources) {
      const found = source.find(option);
      if (!found) continue;
      const setting = this.#parse(option, found.raw, source.kind, found.named);
      if (setting) return setting;
    }
    if (option.name === "service_name" && discovered.name) {
      return { value: discovered.name, source: "discovered", raw: discovered.name };
    }
    if (option.name === "service_version" && discovered.version) {
      return { value: discovered.version, source: "discovered", raw: discovered.version };
    }
    if (option.name === "service_name") {
      const agentName = String(
        this.#resolve(definitionOf("agent_name") as OptionDefinition, sources, discovered).value,
      );
      return { value: `unknown-${agentName}-service`, source: "default", raw: undefined };
    }
    const value = option.default === undefined ? undefined : parseOption(option, option.default);
    return { value, source: "default", raw: option.default };
  }

  #parse(option: OptionDefinition, raw: unknown, source: OptionSource, named: string): Setting | undefined {
    try {
      return { value: parseOption(option, raw), source, raw };
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      const shown = option.secret ? REDACTED : typeof raw === "string" ? redactUrlPassword(raw) : String(raw);
      const level = option.name === "service_name" ? "error" : "warn";
      if (option.otherwise !== undefined) {
        this.#log(level, `${named}: "${shown}" ignored: ${error.message}; "${option.otherwise}" is used`);
        return { value: option.otherwise, source, raw: option.otherwise };
      }
      this.#log(level, `${named}: "${shown}" ignored: ${error.message}`);
      return undefined;
    }
  }

  #setting(name: string): Setting {
    return this.#central.get(name) ?? (this.#local.get(name) as Setting);
  }

  /** Brings `values` up to date; returns the keys that changed. */
  #refresh(): Set<string> {
    const changed = new Set<string>();
    for (const option of OPTIONS) {
      const key = valueKey(option);
      const { value } = this.#setting(option.name);
      const before = this.#values[key];
      if (before === value || (typeof value === "object" && JSON.stringify(before) === JSON.stringify(value))) continue;
      this.#values[key] = value;
      changed.add(key);
    }
    return changed;
  }

  #noteUnknown(where: string, options: Readonly<Record<string, unknown>>): void {
    const unknown: string[] = [];
    for (const [key, value] of Object.entries(options)) {
      const name = snakeCase(key);
      if (definitionOf(name) || CLIENT_ONLY.has(key) || typeof value === "function" || value === undefined) continue;
      if (isCompatible(name)) this.#log("debug", `${where}: ${key} has no effect here`);
      else unknown.push(key);
    }
    if (unknown.length > 0) this.#log("warn", `${where}: unknown option ignored: ${unknown.join(", ")}`);
  }

  #noteIgnoredEnvironment(env: NodeJS.ProcessEnv): void {
    const ignored = Object.keys(env).filter(
      (key) => key.startsWith("ELASTIC_APM_") && isCompatible(key.slice(12).toLowerCase()),
    );
    if (ignored.length > 0) this.#log("debug", `environment: ${ignored.join(", ")} have no effect here`);
  }

  #log(level: Level, message: string): void {
    if (this.#logger) this.#logger[level](message);
    else this.#pending.push([level, message]);
  }
}

function show(option: OptionDefinition, setting: Setting): string {
  if (setting.value === undefined) return "not set";
  if (option.secret) return REDACTED;
  if (option.type === "url") return redactUrlPassword(String(setting.value));
  const shown = setting.raw ?? setting.value;
  return typeof shown === "string" ? shown : (JSON.stringify(shown) ?? String(shown));
}
