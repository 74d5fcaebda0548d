import { readFileSync } from "node:fs";
import type { Logger } from "../../logging/index.js";
import { CgroupCpu } from "./cgroup-cpu.js";
import { CgroupMemory } from "./cgroup-memory.js";
import { type CPUReading, type CPUSource, fraction } from "./cpu-source.js";
import { type ProcessStat, parseMemInfo, parseProcessStat, parseSystemStat, type SystemTimes } from "./proc.js";

/** Where the kernel's figures are read; all can be given for tests (CPU-4). */
export interface LinuxPaths {
  sysStat: string;
  processStat: string;
  memInfo: string;
  selfCgroup: string;
  mountInfo: string;
  /** Root under which cgroups are looked for when the mounts do not tell (CG-7). */
  cgroupRoot: string;
  /** Bytes of a page (CPU-14). */
  pageSize: number;
}

const LINUX_PATHS: LinuxPaths = {
  sysStat: "/proc/stat",
  processStat: "/proc/self/stat",
  memInfo: "/proc/meminfo",
  selfCgroup: "/proc/self/cgroup",
  mountInfo: "/proc/self/mountinfo",
  cgroupRoot: "/sys/fs/cgroup",
  pageSize: 4096,
};

/** `/proc` and cgroups v1 and v2 (cpu-memory-cgroup.md §2.3, §2.4). */
export class LinuxCPU implements CPUSource {
  private readonly paths: LinuxPaths;
  private readonly logger: Logger;
  private readonly ownRss: boolean;
  private readonly memory: CgroupMemory | undefined;
  private readonly cpu: CgroupCpu | undefined;
  private system: SystemTimes | undefined;
  private process: ProcessStat | undefined;

  constructor(logger: Logger, paths: Partial<LinuxPaths> = {}) {
    this.paths = { ...LINUX_PATHS, ...paths };
    this.logger = logger;
    this.ownRss = this.paths.processStat === LINUX_PATHS.processStat;
    this.process = this.readProcess();
    this.system = this.readSystem();
    this.memory = CgroupMemory.discover(this.paths, logger);
    this.cpu = CgroupCpu.discover(this.paths, logger);
  }

  /** The system's times can be read: else the portable source is the one to use (CPU-3). */
  get works(): boolean {
    return this.system !== undefined;
  }

  read(): CPUReading {
    const reading: CPUReading = {};
    const process = this.readProcess();
    const system = this.readSystem();
    if (system !== undefined && this.system !== undefined) {
      const total = system.total - this.system.total;
      const share = (part: number): number => (total === 0 ? 0 : fraction(part / total));
      reading.systemCpu = share(system.usage - this.system.usage);
      if (process !== undefined && this.process !== undefined) {
        const user = process.user - this.process.user;
        const kernel = process.system - this.process.system;
        reading.processCpu = share(user + kernel);
        reading.processUserCpu = share(user);
        reading.processSystemCpu = share(kernel);
      }
    }
    // The process' share needs both of one moment, so both move on together, or not at all (CPU-26).
    if (system !== undefined && process !== undefined) this.process = process;
    if (system !== undefined && (process !== undefined || this.process === undefined)) this.system = system;
    if (process !== undefined) {
      reading.processSize = process.size;
      reading.processRss = this.rss(process);
    }
    this.memory?.read(reading);
    this.cpu?.read(reading);
    const { total, free } = parseMemInfo(this.text(this.paths.memInfo) ?? "");
    if (total !== undefined) reading.memoryTotal = total;
    if (free !== undefined) reading.memoryFree = free;
    return reading;
  }

  /** Node knows the page size, we do not; but Node's own reading fails on a title with `)` (CPU-14). */
  private rss(stat: ProcessStat): number {
    return this.ownRss && !process.title.includes(")")
      ? process.memoryUsage.rss()
      : stat.rssPages * this.paths.pageSize;
  }

  private readSystem(): SystemTimes | undefined {
    return parseSystemStat(this.text(this.paths.sysStat) ?? "");
  }

  private readProcess(): ProcessStat | undefined {
    return parseProcessStat(this.text(this.paths.processStat) ?? "");
  }

  private text(path: string): string | undefined {
    try {
      return readFileSync(path, "latin1");
    } catch (error) {
      this.logger.debug(`${path} cannot be read, its metrics are left out: ${String(error)}`);
      return undefined;
    }
  }
}
