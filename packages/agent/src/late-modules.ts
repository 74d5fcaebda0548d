import { createRequire } from "node:module";
import { join } from "node:path";

/** By folder, as the files there require them: Node remembers a request by the folder it came from, and looks on the disk for any other. */
const LATE: Readonly<Record<string, readonly string[]>> = {
  ".": [
    "./exposition.js",
    "./import-string.js",
    "./instruments/walk.js",
    "./limit-warning.js",
    "./metricset-parts.js",
    "./null-transport.js",
    "./options-differ.js",
    "./payload-line.js",
  ],
  instruments: ["./noop.js", "./readable.js"],
  metadata: ["./own-metadata.js"],
  sets: ["./overflow-groups.js"],
  transport: ["./batch-builder.js", "./empty-flush.js"],
  "transport/http": ["../pipeline.js", "./node-sender.js"],
};

/**
 * Reads everything of the agent that is otherwise read when it is first needed: a process that runs for long must not depend on files that a deployment has taken away meanwhile, or
 * replaced by those of another version. Throws if one cannot be read.
 */
export function loadLateModules(): void {
  for (const [folder, requests] of Object.entries(LATE)) {
    const load = createRequire(join(__dirname, folder, "any.js"));
    for (const request of requests) load(request);
  }
}
