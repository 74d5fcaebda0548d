import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";
const PERIOD_US = 100_000;

/** A cgroup with limits, as a container has. */
export class ControlGroup {
  #directories;

  constructor(directories) {
    this.#directories = directories;
  }

  /**
   * @param {{ memoryBytes: number, cpus: number }} limits
   * @returns {ControlGroup | undefined} undefined where this user may not make one
   */
  static create({ memoryBytes, cpus }) {
    const isV2 = existsSync(join(ROOT, "cgroup.controllers"));
    const name = `tidegauge-examples-${process.pid}`;
    const directories = isV2
      ? { unified: join(ROOT, name) }
      : { memory: join(ROOT, "memory", name), cpu: join(ROOT, "cpu", name) };
    const quota = String(PERIOD_US * cpus);
    try {
      for (const directory of Object.values(directories)) mkdirSync(directory);
      if (isV2) {
        writeFileSync(join(directories.unified, "memory.max"), String(memoryBytes));
        writeFileSync(join(directories.unified, "cpu.max"), `${quota} ${PERIOD_US}`);
      } else {
        writeFileSync(join(directories.memory, "memory.limit_in_bytes"), String(memoryBytes));
        writeFileSync(join(directories.cpu, "cpu.cfs_period_us"), String(PERIOD_US));
        writeFileSync(join(directories.cpu, "cpu.cfs_quota_us"), quota);
      }
      return new ControlGroup(directories);
    } catch {
      for (const directory of Object.values(directories).filter(existsSync)) rmdirSync(directory);
      return undefined;
    }
  }

  /**
   * A command that runs in the group. With version 1 a container sees its own group where the host sees the root, and so
   * does the command.
   *
   * @param {string} command
   * @returns {string}
   */
  around(command) {
    const enter = Object.values(this.#directories).map((directory) => `echo $$ > ${directory}/cgroup.procs`);
    const { unified, ...controllers } = this.#directories;
    if (unified !== undefined) return [...enter, command].join(" && ");
    const mounts = Object.entries(controllers).map(([name, directory]) => `mount --bind ${directory} ${ROOT}/${name}`);
    return [...enter, `exec unshare --mount bash -c '${[...mounts, command].join(" && ")}'`].join(" && ");
  }

  /** Once its processes have ended. */
  remove() {
    for (const directory of Object.values(this.#directories)) rmdirSync(directory);
  }
}
