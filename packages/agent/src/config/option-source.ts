import { OPTIONS, type OptionDefinition } from "./options.js";

/** Where the current value of an option comes from, highest precedence first (CFG-1). */
export type OptionSource = "central" | "platform" | "environment" | "options" | "file" | "discovered" | "default";

/** A place that may set options. */
export interface Source {
  readonly kind: OptionSource;
  /** The raw value and how the user would name it, or `undefined` where this source does not set the option. */
  find(option: OptionDefinition): { raw: unknown; named: string } | undefined;
}

const BY_NAME: ReadonlyMap<string, OptionDefinition> = new Map(
  OPTIONS.flatMap((option: OptionDefinition) =>
    [option.name, ...(option.aliases ?? [])].map((name): [string, OptionDefinition] => [name, option]),
  ),
);

/** The option of this name or alias, in snake case. */
export function definitionOf(name: string): OptionDefinition | undefined {
  return BY_NAME.get(name);
}

/** An option of Elastic's agents that has no effect here. The long list is only loaded for a name that is none of ours. */
export function isCompatible(name: string): boolean {
  if (definitionOf(name) !== undefined) return false;
  const { COMPATIBLE_OPTIONS } = require("./compatible-options.js") as typeof import("./compatible-options.js");
  return COMPATIBLE_OPTIONS.has(name);
}

/** `ELASTIC_APM_*`. */
export function environmentSource(env: NodeJS.ProcessEnv): Source {
  return {
    kind: "environment",
    find: (option) => {
      for (const name of [option.name, ...(option.aliases ?? [])]) {
        const key = `ELASTIC_APM_${name.toUpperCase()}`;
        const raw = env[key];
        if (raw !== undefined) return { raw, named: key };
      }
      return undefined;
    },
  };
}

/** An object with keys in camelCase or snake case; `where` is how the user would name it. */
export function objectSource(kind: OptionSource, where: string, options: Readonly<Record<string, unknown>>): Source {
  return {
    kind,
    find: (option) => {
      for (const name of [option.name, ...(option.aliases ?? [])]) {
        for (const key of [camelCase(name), name]) {
          const raw = options[key];
          if (raw !== undefined && raw !== null) return { raw, named: `${key} in ${where}` };
        }
      }
      return undefined;
    },
  };
}

/** `metrics_interval` → `metricsInterval`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `metricsInterval` → `metrics_interval`. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The key of an option in `Config.values`: `metrics_interval` → `metricsIntervalMs`. */
export function valueKey(option: OptionDefinition): string {
  const suffix = option.type === "duration" ? "Ms" : option.type === "size" ? "Bytes" : "";
  return camelCase(option.name) + suffix;
}
