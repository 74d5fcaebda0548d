import type { Matcher } from "./matcher.js";
import type { OPTIONS } from "./options.js";

type Row = (typeof OPTIONS)[number];

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type ValueKey<R extends Row> = R["type"] extends "duration"
  ? `${CamelCase<R["name"]>}Ms`
  : R["type"] extends "size"
    ? `${CamelCase<R["name"]>}Bytes`
    : CamelCase<R["name"]>;

interface ParsedTypes {
  boolean: boolean;
  duration: number;
  size: number;
  integer: number;
  string: string;
  list: readonly string[];
  wildcards: readonly Matcher[];
  numbers: readonly number[];
  mapping: Readonly<Record<string, string>>;
  file: string;
  path: string;
  url: string;
}

interface InputTypes {
  boolean: boolean | string;
  duration: string | number;
  size: string;
  integer: number | string;
  string: string;
  list: readonly string[] | string;
  wildcards: readonly string[] | string;
  numbers: readonly number[] | string;
  mapping: Readonly<Record<string, string | number | boolean>> | string;
  file: string;
  path: string;
  url: string;
}

type Parsed<R extends Row> = R extends { type: "enumeration"; allowed: readonly (infer A)[] }
  ? A
  : R["type"] extends keyof ParsedTypes
    ? ParsedTypes[R["type"]]
    : never;

type Input<R extends Row> = R extends { type: "enumeration"; allowed: readonly (infer A)[] }
  ? A | (string & Record<never, never>) | boolean
  : R["type"] extends keyof InputTypes
    ? InputTypes[R["type"]]
    : never;

type MaybeUnset<R extends Row> = R["name"] extends "service_name"
  ? Parsed<R>
  : R["default"] extends string
    ? Parsed<R>
    : Parsed<R> | undefined;

/** Current value of every option: camelCase names, durations in milliseconds (`…Ms`), sizes in bytes (`…Bytes`). */
export type ConfigValues = { readonly [R in Row as ValueKey<R>]: MaybeUnset<R> };

/** What code may pass to `new Client()`: every option, in camelCase or in the snake_case of the documentation (configuration.md §6). */
export type ConfigOptions = { readonly [R in Row as CamelCase<R["name"]>]?: Input<R> | undefined } & {
  readonly [R in Row as R["name"]]?: Input<R> | undefined;
} & { readonly active?: boolean | string | undefined };
