import { parseDuration } from "@tidegauge/protocol/query";
import { z } from "zod";

/** Characters of a text, at most. */
const MAX_TEXT = 1024;
const TOO_LONG = `must be at most ${MAX_TEXT} characters`;
const MAX_KEYS = 20;
const MIN_STEP_MS = 1000;

const NO_METRIC = "name the metric";

/** The name of a metric. */
export const metric: z.ZodType<string, string> = z.string(NO_METRIC).min(1, NO_METRIC).max(MAX_TEXT, TOO_LONG);

/** A parameter left empty is left out. */
export const optional: z.ZodType<string | undefined, string | undefined> = z
  .string()
  .max(MAX_TEXT, TOO_LONG)
  .transform((text) => (text === "" ? undefined : text))
  .optional();

/** Milliseconds; 0 for `auto`, which is the default. */
export const step: z.ZodType<number, string | undefined> = z
  .string()
  .default("auto")
  .transform((text, context) => {
    if (text === "auto" || text === "") return 0;
    const stepMs = parseDuration(text);
    if (stepMs !== undefined && stepMs >= MIN_STEP_MS) return stepMs;
    context.addIssue({ code: "custom", message: "must be auto or a duration of at least 1s, like 30s, 5m, 1h or 1d" });
    return z.NEVER;
  });

/** Label keys with commas, each once. */
export const keys: z.ZodType<string[], string | undefined> = z
  .string()
  .max(MAX_TEXT, TOO_LONG)
  .default("")
  .transform((text, context) => {
    const list = [
      ...new Set(
        text
          .split(",")
          .map((key) => key.trim())
          .filter((key) => key !== ""),
      ),
    ];
    if (list.length <= MAX_KEYS) return list;
    context.addIssue({ code: "custom", message: `at most ${MAX_KEYS} keys` });
    return z.NEVER;
  });

/** Every `key:value` of the address. */
export const filter: z.ZodType<{ key: string; value: string }[], string[]> = z
  .array(
    z
      .string()
      .max(MAX_TEXT, TOO_LONG)
      .transform((text, context) => {
        const colon = text.indexOf(":");
        if (colon > 0) return { key: text.slice(0, colon), value: text.slice(colon + 1) };
        context.addIssue({ code: "custom", message: "must be key:value" });
        return z.NEVER;
      }),
  )
  .max(MAX_KEYS, { message: `at most ${MAX_KEYS} filters` });

/** A whole number from 1 to `most`; undefined where it is left out. */
export const limitUpTo = (most: number): z.ZodType<number | undefined, string | undefined> =>
  z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined || text === "") return undefined;
      const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
      if (value >= 1 && value <= most) return value;
      context.addIssue({ code: "custom", message: `must be a whole number from 1 to ${most}` });
      return z.NEVER;
    });
