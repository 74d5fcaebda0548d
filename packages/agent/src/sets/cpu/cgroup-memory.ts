import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../logging/index.js";
import type { CPUReading } from "./cpu-source.js";
import type { LinuxPaths } from "./linux-cpu.js";
import { cgroupMounts } from "./mounts.js";

/** From here on a limit of version 1 means "none" (CG-10); above 2^53, hence a BigInt. */
const UNLIMITED = 0x7ffffffffffff000n;

interface Files {
  limit: string;
  usage: string;
}

/** Memory limit and usage of the process' cgroup; only when a limit is set (CG-14). Found once, read at each collection. */
export class CgroupMemory {
  private readonly limit: string | undefined;
  private readonly usage: string | undefined;
  private readonly logger: Logger;

  private constructor(files: Files, logger: Logger) {
    this.limit = readable(files.limit);
    this.usage = readable(files.usage);
    this.logger = logger;
  }

  /** Undefined when there is no limit, no cgroup, or anything goes wrong on the way (§2.4). */
  static discover(paths: LinuxPaths, logger: Logger): CgroupMemory | undefined {
    try {
      const files = find(paths);
      return files === undefined ? undefined : new CgroupMemory(files, logger);
    } catch (error) {
      logger.debug(`no cgroup memory metrics: ${String(error)}`);
      return undefined;
    }
  }

  read(reading: CPUReading): void {
    const limit = this.number(this.limit);
    if (limit !== undefined) reading.cgroupMemoryLimit = limit;
    const usage = this.number(this.usage);
    if (usage !== undefined) reading.cgroupMemoryUsage = usage;
  }

  /** The first line as an integer; `max` and garbage are left out this time (CG-13, CG-27). */
  private number(path: string | undefined): number | undefined {
    if (path === undefined) return undefined;
    try {
      const text = firstLine(path);
      if (/^\d+$/.test(text)) return Number(text);
      this.logger.debug(`${path} holds no number, its metric is left out`);
    } catch (error) {
      this.logger.debug(`${path} cannot be read, its metric is left out: ${String(error)}`);
    }
    return undefined;
  }
}

function find(paths: LinuxPaths): Files | undefined {
  const line = selfLine(paths.selfCgroup);
  if (line === undefined) return undefined;
  const mounts = cgroupMounts(paths.mountInfo);
  if (mounts === undefined) return undefined;
  for (const mount of mounts) {
    const files =
      mount.version === 2
        ? version2(line, mount.mountPoint)
        : mount.controllers.has("memory")
          ? version1(mount.mountPoint)
          : undefined;
    if (files !== undefined) return files;
  }
  return version2(line, paths.cgroupRoot) ?? version1(join(paths.cgroupRoot, "memory"));
}

/** The memory controller's line, else the unified one (CG-1). */
function selfLine(path: string): string | undefined {
  let unified: string | undefined;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (/^\d+:memory:/.test(line)) return line;
    if (unified === undefined && line.startsWith("0:")) unified = line;
  }
  return unified;
}

/** CG-8, CG-9. */
function version2(line: string, mountPoint: string): Files | undefined {
  const slice = (line.trim().split(":").at(-1) as string).slice(1);
  const directory = join(mountPoint, slice);
  const limit = join(directory, "memory.max");
  let text: string;
  try {
    text = firstLine(limit);
  } catch {
    return undefined;
  }
  return text === "max" ? undefined : { limit, usage: join(directory, "memory.current") };
}

/** CG-10. Text that is no integer ends the discovery. */
function version1(mountPoint: string): Files | undefined {
  const limit = join(mountPoint, "memory.limit_in_bytes");
  let text: string;
  try {
    text = firstLine(limit);
  } catch {
    return undefined;
  }
  return BigInt(text) >= UNLIMITED ? undefined : { limit, usage: join(mountPoint, "memory.usage_in_bytes") };
}

function firstLine(path: string): string {
  return (readFileSync(path, "latin1").split("\n")[0] as string).trim();
}

function readable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}
