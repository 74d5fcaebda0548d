import type { Metadata } from "../metadata.js";
import type { DecodeError } from "./decode-error.js";
import { check, pick, type Rule, type Rules } from "./rules.js";

function keyword(name: string, more: Partial<Rule> = {}): Rule {
  return { name, type: "string", keyword: true, ...more };
}

function object(name: string, fields: readonly Rule[], more: Partial<Rule> = {}): Rule {
  return { name, type: { fields }, ...more };
}

const IDENTITY: readonly Rule[] = [keyword("id"), keyword("name")];

/** wire-and-transport.md §7.3. */
const METADATA: Rules = {
  fields: [
    { name: "labels", type: "labels" },
    object(
      "service",
      [
        object(
          "agent",
          [
            keyword("activation_method"),
            keyword("ephemeral_id"),
            keyword("name", { required: true, minLength: 1 }),
            keyword("version", { required: true }),
          ],
          { required: true },
        ),
        keyword("environment"),
        object("framework", [keyword("name"), keyword("version")]),
        { name: "id", type: "string" },
        object("language", [keyword("name", { required: true }), keyword("version")]),
        keyword("name", {
          required: true,
          minLength: 1,
          pattern: /^[a-zA-Z0-9 _-]+$/,
          patternName: "patternAlphaNumericExt",
        }),
        object("node", [keyword("configured_name")]),
        object("runtime", [keyword("name", { required: true }), keyword("version", { required: true })]),
        keyword("version"),
      ],
      { required: true },
    ),
    object("cloud", [
      object("account", IDENTITY),
      keyword("availability_zone"),
      object("instance", IDENTITY),
      object("machine", [keyword("type")]),
      object("project", IDENTITY),
      keyword("provider", { required: true }),
      keyword("region"),
      object("service", [keyword("name")]),
    ]),
    object("system", [
      keyword("architecture"),
      keyword("configured_hostname"),
      object("container", [keyword("id")]),
      keyword("detected_hostname"),
      keyword("hostname"),
      object("kubernetes", [
        keyword("namespace"),
        object("node", [keyword("name")]),
        object("pod", [keyword("name"), keyword("uid")]),
      ]),
      keyword("platform"),
      keyword("host_id"),
    ]),
    object("user", [
      keyword("domain"),
      { name: "id", type: "stringOrInteger", keyword: true },
      keyword("email"),
      keyword("username"),
    ]),
    object("network", [object("connection", [keyword("type")])]),
    object("process", [
      { name: "argv", type: "strings" },
      keyword("title"),
      { name: "pid", type: "integer", required: true },
      { name: "ppid", type: "integer" },
    ]),
  ],
};

/** Checks the value of a `metadata` line and returns only what is known and set, or why it is not accepted (SRV-22). Never throws. */
export function decodeMetadata(value: unknown): Metadata | DecodeError {
  const error = check(value, METADATA, "metadata");
  if (error !== undefined) return error;
  const metadata = pick(value as { [name: string]: unknown }, METADATA) as unknown as Metadata;
  const id: unknown = metadata.user?.id;
  if (metadata.user !== undefined && typeof id === "number") metadata.user.id = String(id);
  return metadata;
}
