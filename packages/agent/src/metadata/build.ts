import { readFileSync } from "node:fs";
import type { Metadata } from "@tidegauge/protocol";
import type { Config } from "../config/config.js";
import type { Logger } from "../logging/logger.js";
import { soon } from "../transport/clock.js";
import type { OwnMetadata, OwnSources } from "./own-metadata.js";

/** What surrounds the process; replaceable in tests. */
export interface Surroundings extends Partial<OwnSources> {
  detectHostname?: () => Promise<string>;
  detectCloud?: () => Promise<Metadata["cloud"] | undefined>;
}

/** The metadata line's content: known at once in part, complete when host name and cloud have been asked (W-21, W-22). */
export interface MetadataSource {
  /** The best known now. */
  readonly current: Metadata;
  /** Resolves when nothing more will be found; never rejects. */
  readonly ready: Promise<unknown>;
}

/** Begins to gather the metadata of this process (§7.3): the cloud is asked and commands are run without waiting for them. */
export function gatherMetadata(
  config: Config,
  ephemeralId: string,
  logger: Logger,
  surroundings: Surroundings = {},
): MetadataSource {
  const env = surroundings.env ?? process.env;
  const readFile = surroundings.readFile ?? ((path: string) => readFileSync(path, "utf8"));
  let own: OwnMetadata | undefined;
  let answers: readonly [string | undefined, Metadata["cloud"] | undefined] | undefined;
  let complete: Metadata | undefined;
  return {
    /** Throws when a file of the agent cannot be read; the next one who needs it tries again. */
    get current() {
      if (answers === undefined) return known().metadata;
      complete ??= known().with(...answers);
      return complete;
    },
    ready: ask(),
  };

  /** Built after the first turn, or when it is needed before: it takes milliseconds of a start. */
  function known(): OwnMetadata {
    const { OwnMetadata } = require("./own-metadata.js") as typeof import("./own-metadata.js");
    own ??= new OwnMetadata(config, ephemeralId, { env, readFile });
    return own;
  }

  async function ask(): Promise<void> {
    // After the application's own first turn: a process is started for the host name, and no request can leave before that anyway.
    await new Promise<void>(soon);
    try {
      known();
    } catch {
      // Thrown again, and logged, where somebody needs it.
    }
    answers = await Promise.all([
      (surroundings.detectHostname ?? lateHostname)().catch(() => undefined),
      (surroundings.detectCloud ?? askCloud)().catch(() => undefined),
    ]);
  }

  async function askCloud(): Promise<Metadata["cloud"] | undefined> {
    const { cloudProvider } = config.values;
    if (cloudProvider === "none") return undefined;
    const { detectCloud } = require("./cloud.js") as typeof import("./cloud.js");
    return detectCloud(cloudProvider, logger, env);
  }
}

/** Loaded after the application's first turn. */
const lateHostname = async (): Promise<string> =>
  (require("./hostname.js") as typeof import("./hostname.js")).detectHostname();
