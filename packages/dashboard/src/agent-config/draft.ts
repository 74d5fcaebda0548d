import type { ConfigEntry } from "./api.js";

/** An entry while it is edited: rows instead of an object, so that a half-typed name is no key yet. */
export interface Draft {
  name: string;
  environment: string;
  rows: { option: string; value: string }[];
}

/** An entry to edit. */
export function toDraft({ service, settings }: ConfigEntry): Draft {
  return {
    name: service.name ?? "",
    environment: service.environment ?? "",
    rows: Object.entries(settings).map(([option, value]) => ({ option, value })),
  };
}

/** The edited entry; rows without an option are left out. */
export function toEntry({ name, environment, rows }: Draft): ConfigEntry {
  const service: ConfigEntry["service"] = {};
  if (name.trim() !== "") service.name = name.trim();
  if (environment.trim() !== "") service.environment = environment.trim();
  const filled = rows.filter(({ option }) => option.trim() !== "");
  return { service, settings: Object.fromEntries(filled.map(({ option, value }) => [option.trim(), value.trim()])) };
}

/** What is wrong with a row whose option an earlier row has set already; undefined if nothing is. */
export function repeatedOption({ rows }: Draft, index: number): string | undefined {
  const option = rows[index]?.option.trim();
  const repeated = option !== "" && rows.findIndex((row) => row.option.trim() === option) < index;
  return repeated ? "It is set above already." : undefined;
}

/** Whom an entry is for, in words. */
export function audience({ name, environment }: Draft): string {
  if (name === "" && environment === "") return "Every service";
  if (name === "") return `Every service in ${environment}`;
  return environment === "" ? name : `${name} in ${environment}`;
}
