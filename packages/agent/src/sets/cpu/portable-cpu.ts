import * as os from "node:os";
import { type CPUReading, type CPUSource, fraction } from "./cpu-source.js";

/** What the portable source asks the system; all can be given for tests. */
export interface PortableSystem {
  cpus(): { times: { user: number; nice: number; sys: number; idle: number; irq: number } }[];
  totalmem(): number;
  freemem(): number;
  /** Microseconds of the process. */
  cpuUsage(): { user: number; system: number };
  /** Microseconds of a clock that only goes forward. */
  nowUs(): number;
  rss(): number;
}

const SYSTEM: PortableSystem = {
  cpus: () => os.cpus(),
  totalmem: () => os.totalmem(),
  freemem: () => os.freemem(),
  cpuUsage: () => process.cpuUsage(),
  nowUs: () => performance.now() * 1000,
  rss: () => process.memoryUsage.rss(),
};

/** macOS, Windows and everything without `/proc` (cpu-memory-cgroup.md §2.5). It has no virtual size, and never puts the resident set in its place (CPU-34). */
export class PortableCPU implements CPUSource {
  private readonly system: PortableSystem;
  private idle: number;
  private total: number;
  private user: number;
  private kernel: number;
  private atUs: number;

  constructor(system: Partial<PortableSystem> = {}) {
    this.system = { ...SYSTEM, ...system };
    ({ idle: this.idle, total: this.total } = this.times());
    ({ user: this.user, system: this.kernel } = this.system.cpuUsage());
    this.atUs = this.system.nowUs();
  }

  read(): CPUReading {
    const { idle, total, cpus } = this.times();
    const { user, system: kernel } = this.system.cpuUsage();
    const atUs = this.system.nowUs();
    const available = (atUs - this.atUs) * Math.max(1, cpus);
    const share = (partUs: number): number => (available <= 0 ? 0 : fraction(partUs / available));
    const reading: CPUReading = {
      systemCpu: cpus === 0 || total === this.total ? 0 : fraction(1 - (idle - this.idle) / (total - this.total)),
      processCpu: share(user - this.user + (kernel - this.kernel)),
      processUserCpu: share(user - this.user),
      processSystemCpu: share(kernel - this.kernel),
      memoryTotal: this.system.totalmem(),
      memoryFree: this.system.freemem(),
      processRss: this.system.rss(),
    };
    this.idle = idle;
    this.total = total;
    this.user = user;
    this.kernel = kernel;
    this.atUs = atUs;
    return reading;
  }

  private times(): { idle: number; total: number; cpus: number } {
    const cpus = this.system.cpus();
    let idle = 0;
    let total = 0;
    for (const { times } of cpus) {
      idle += times.idle;
      total += times.user + times.nice + times.sys + times.idle + times.irq;
    }
    return { idle, total, cpus: cpus.length };
  }
}
