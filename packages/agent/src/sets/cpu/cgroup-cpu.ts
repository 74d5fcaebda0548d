import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../logging/index.js";
import type { CPUReading } from "./cpu-source.js";
import type { LinuxPaths } from "./linux-cpu.js";
import { type CgroupMount, cgroupMounts } from "./mounts.js";

/** CPU quota and throttling of the process' cgroup, version 1 or 2; nothing without a quota, like memory without a limit. Found once, read at each collection. */
export class CgroupCpu {
  private readonly version: 1 | 2;
  private readonly directory: string;
  /** Version 1 keeps the used time in another controller. */
  private readonly accounting: string;

  private constructor(version: 1 | 2, directory: string, accounting: string) {
    this.version = version;
    this.directory = directory;
    this.accounting = accounting;
  }

  static discover(paths: LinuxPaths, logger: Logger): CgroupCpu | undefined {
    try {
      const lines = readFileSync(paths.selfCgroup, "utf8").split("\n");
      const mounts = cgroupMounts(paths.mountInfo);
      if (mounts === undefined) return undefined;
      const unified = locate(
        lines.find((line) => line.startsWith("0::")),
        mounts.find((mount) => mount.version === 2) ?? root(2, paths.cgroupRoot),
        "cpu.max",
      );
      if (unified !== undefined) return new CgroupCpu(2, unified, unified);
      const controller = (name: string, file: string): string | undefined =>
        locate(
          lines.find((line) => (line.split(":")[1] ?? "").split(",").includes(name)),
          mounts.find((mount) => mount.version === 1 && mount.controllers.has(name)) ??
            root(1, join(paths.cgroupRoot, name)),
          file,
        );
      const cpu = controller("cpu", "cpu.cfs_quota_us");
      return cpu === undefined ? undefined : new CgroupCpu(1, cpu, controller("cpuacct", "cpuacct.usage") ?? cpu);
    } catch (error) {
      logger.debug(`no cgroup CPU metrics: ${String(error)}`);
      return undefined;
    }
  }

  read(reading: CPUReading): void {
    const [quota, period] =
      this.version === 2
        ? (this.text("cpu.max") ?? "").split(/\s+/)
        : [this.text("cpu.cfs_quota_us"), this.text("cpu.cfs_period_us")];
    // `max` and -1: no quota, nothing to be throttled by.
    if (!isCount(quota)) return;
    reading.cgroupCpuQuotaUs = Number(quota);
    if (isCount(period)) reading.cgroupCpuPeriodUs = Number(period);
    const stat = new Map((this.text("cpu.stat") ?? "").split("\n").map((line) => line.split(" ") as [string, string]));
    const put = (metric: keyof CPUReading, value: string | undefined, factor = 1): void => {
      if (isCount(value)) reading[metric] = Number(value) * factor;
    };
    put("cgroupCpuPeriods", stat.get("nr_periods"));
    put("cgroupCpuThrottledPeriods", stat.get("nr_throttled"));
    if (this.version === 2) {
      put("cgroupCpuThrottledNs", stat.get("throttled_usec"), 1000);
      put("cgroupCpuTotalNs", stat.get("usage_usec"), 1000);
    } else {
      put("cgroupCpuThrottledNs", stat.get("throttled_time"));
      put("cgroupCpuTotalNs", this.text("cpuacct.usage", this.accounting));
    }
  }

  private text(file: string, directory: string = this.directory): string | undefined {
    try {
      return readFileSync(join(directory, file), "latin1").trim();
    } catch {
      return undefined;
    }
  }
}

function isCount(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}

function root(version: 1 | 2, mountPoint: string): CgroupMount {
  return { version, mountPoint, root: "/", controllers: new Set() };
}

/** The directory that holds `file`: the process' path below the mount, or, in a container that sees only its own cgroup, the mount point. */
function locate(line: string | undefined, mount: CgroupMount, file: string): string | undefined {
  if (line === undefined) return undefined;
  const path = line.trim().split(":").slice(2).join(":");
  const below = mount.root !== "/" && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
  return [join(mount.mountPoint, below), mount.mountPoint].find((directory) => existsSync(join(directory, file)));
}
