import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { RecordingLogger } from "../../logging/recording-logger.testing.js";
import type { CPUReading } from "./cpu-source.js";
import { writeHost } from "./hosts.testing.js";
import { LinuxCPU } from "./linux-cpu.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const readings = (
  files: Record<string, string>,
): { read(): CPUReading; write(name: string, text: string): void; logger: RecordingLogger } => {
  const host = writeHost(files);
  roots.push(host.root);
  const logger = new RecordingLogger();
  const source = new LinuxCPU(logger, host.paths);
  return { read: () => source.read(), write: host.write, logger };
};
const memoryOf = (files: Record<string, string>): [number | undefined, number | undefined] => {
  const { cgroupMemoryLimit, cgroupMemoryUsage } = readings(files).read();
  return [cgroupMemoryLimit, cgroupMemoryUsage];
};

const V1 = {
  "proc/self/cgroup": "9:memory:/slice\n",
  "proc/self/mountinfo":
    "39 30 0:35 / P/memory rw,nosuid,nodev,noexec,relatime shared:10 - cgroup cgroup rw,seclabel,memory\n",
  "memory/memory.limit_in_bytes": "7964778496\n",
  "memory/memory.usage_in_bytes": "964778496\n",
};
const V2 = {
  "proc/self/cgroup": "9:memory:/slice\n",
  "proc/self/mountinfo": "30 23 0:26 / P rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup rw,seclabel\n",
  "slice/memory.max": "7964778496\n",
  "slice/memory.current": "964778496\n",
};

describe("cgroup memory", () => {
  it("CG-1 CG-5 CG-10 CG-11 CG-12 version 1 at the mount point, whatever the process' path", () => {
    expect(memoryOf(V1)).toEqual([7964778496, 964778496]);
  });

  it("CG-10 CG-14 version 1 without a limit gives neither", () => {
    expect(memoryOf({ ...V1, "memory/memory.limit_in_bytes": "9223372036854771712\n" })).toEqual([
      undefined,
      undefined,
    ]);
    // One below the threshold is a limit: both are the same number once they are doubles.
    expect(memoryOf({ ...V1, "memory/memory.limit_in_bytes": "9223372036854771711\n" })[0]).toBeDefined();
  });

  it("CG-11 gives the limit alone where the usage file is missing", () => {
    expect(memoryOf({ ...V1, "memory/memory.usage_in_bytes": "" })).toEqual([7964778496, undefined]);
  });

  it("CG-4 CG-8 CG-9 version 2 below the mount point", () => {
    expect(memoryOf(V2)).toEqual([7964778496, 964778496]);
    expect(memoryOf({ ...V2, "proc/self/cgroup": "0::/\n", "memory.max": "5\n", "memory.current": "4\n" })).toEqual([
      5, 4,
    ]);
  });

  it("CG-9 CG-14 version 2 without a limit gives neither", () => {
    expect(memoryOf({ ...V2, "slice/memory.max": "max\n" })).toEqual([undefined, undefined]);
  });

  it("CG-4 an unnamed source is not taken for version 2", () => {
    const mountinfo = "30 23 0:26 / P rw,relatime shared:4 - cgroup2 none rw\n";
    expect(memoryOf({ ...V2, "proc/self/mountinfo": mountinfo })).toEqual([undefined, undefined]);
  });

  it("CG-1 the memory line wins over the unified one, which is taken where it is alone", () => {
    const files = { "other/memory.max": "1\n", "other/memory.current": "1\n" };
    expect(memoryOf({ ...V2, ...files, "proc/self/cgroup": "0::/other\n9:memory:/slice\n" })[0]).toBe(7964778496);
    expect(memoryOf({ ...V2, ...files, "proc/self/cgroup": "8:cpu:/x\n0::/other\n" })[0]).toBe(1);
  });

  it("CG-2 CG-6 no file, no line, no mountinfo: no cgroup metrics, not even from the default places", () => {
    const defaults = {
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "77\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "66\n",
    };
    expect(memoryOf(defaults)).toEqual([undefined, undefined]);
    expect(memoryOf({ ...defaults, "proc/self/cgroup": "3:cpu:/\n", "proc/self/mountinfo": "x\n" })).toEqual([
      undefined,
      undefined,
    ]);
    expect(memoryOf({ ...defaults, "proc/self/cgroup": "0::/\n" })).toEqual([undefined, undefined]);
  });

  it("CG-7 tries version 2, then version 1 below the root where no mount helps", () => {
    const files = {
      "proc/self/cgroup": "0::/user.slice\n",
      "proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n",
    };
    expect(memoryOf(files)).toEqual([undefined, undefined]);
    const v1 = {
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "77\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "66\n",
    };
    expect(memoryOf({ ...files, ...v1 })).toEqual([77, 66]);
    const v2 = { "sys/fs/cgroup/user.slice/memory.max": "5\n", "sys/fs/cgroup/user.slice/memory.current": "4\n" };
    expect(memoryOf({ ...files, ...v1, ...v2 })).toEqual([5, 4]);
  });

  it("CG-3 takes the first mount that yields files", () => {
    const mountinfo = `31 30 0:27 / P/nowhere rw - cgroup2 cgroup rw\n${V1["proc/self/mountinfo"]}`;
    expect(memoryOf({ ...V1, "proc/self/mountinfo": mountinfo })).toEqual([7964778496, 964778496]);
  });

  it("CG-5 decodes octal escapes of a mount point", () => {
    expect(
      memoryOf({
        "proc/self/cgroup": V1["proc/self/cgroup"],
        "proc/self/mountinfo": "39 30 0:35 / P/a\\040b/memory rw - cgroup cgroup rw,memory\n",
        "a b/memory/memory.limit_in_bytes": "7\n",
      }),
    ).toEqual([7, undefined]);
  });

  it("CG-10 a limit that is no number ends the search without an error", () => {
    const { read, logger } = readings({ ...V1, "memory/memory.limit_in_bytes": "lots\n" });
    expect(read().cgroupMemoryLimit).toBeUndefined();
    expect(logger.of("debug").some((line) => line.includes("no cgroup memory"))).toBe(true);
    expect(logger.of("warn")).toEqual([]);
  });

  it("CG-13 CPU-27 reads anew each time, and leaves out what cannot be read or has become unlimited", () => {
    const { read, write } = readings(V2);
    expect(read().cgroupMemoryUsage).toBe(964778496);
    write("slice/memory.current", "5\n");
    write("slice/memory.max", "max\n");
    const reading = read();
    expect(reading.cgroupMemoryLimit).toBeUndefined();
    expect(reading.cgroupMemoryUsage).toBe(5);
    expect(reading.memoryTotal).toBe(16552841216);
    write("slice/memory.max", "9\n");
    expect(read().cgroupMemoryLimit).toBe(9);
  });
});

const id = "3f1c".repeat(16);
const STAT_V2 =
  "usage_usec 5000000\nuser_usec 4000000\nsystem_usec 1000000\nnr_periods 120\nnr_throttled 30\nthrottled_usec 2500000\n";
const STAT_V1 = "nr_periods 120\nnr_throttled 30\nthrottled_time 2500000000\n";
const EXPECTED: CPUReading = {
  cgroupCpuQuotaUs: 50000,
  cgroupCpuPeriodUs: 100000,
  cgroupCpuPeriods: 120,
  cgroupCpuThrottledPeriods: 30,
  cgroupCpuThrottledNs: 2500000000,
  cgroupCpuTotalNs: 5000000000,
};

/** As such machines show themselves from inside the process' container or unit. */
const HOSTS: Record<string, Record<string, string>> = {
  "Docker on cgroup v2 (private namespace)": {
    "proc/self/cgroup": "0::/\n",
    "proc/self/mountinfo":
      "1290 1280 0:31 / P/sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n",
    "sys/fs/cgroup/cpu.max": "50000 100000\n",
    "sys/fs/cgroup/cpu.stat": STAT_V2,
  },
  "Docker on cgroup v1": {
    "proc/self/cgroup": `12:memory:/docker/${id}\n5:cpu,cpuacct:/docker/${id}\n1:name=systemd:/docker/${id}\n`,
    "proc/self/mountinfo": `733 730 0:30 /docker/${id} P/sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct\n`,
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.stat": STAT_V1,
    "sys/fs/cgroup/cpu,cpuacct/cpuacct.usage": "5000000000\n",
  },
  "Kubernetes on cgroup v2 (host namespace)": {
    "proc/self/cgroup": `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${id}.scope\n`,
    "proc/self/mountinfo":
      "30 23 0:26 / P/sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw\n",
    [`sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${id}.scope/cpu.max`]:
      "50000 100000\n",
    [`sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${id}.scope/cpu.stat`]:
      STAT_V2,
  },
  "Kubernetes on cgroup v1": {
    "proc/self/cgroup": `9:cpu,cpuacct:/kubepods/burstable/pod1/${id}\n8:memory:/kubepods/burstable/pod1/${id}\n`,
    "proc/self/mountinfo": `733 730 0:30 /kubepods/burstable/pod1/${id} P/sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n`,
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.stat": STAT_V1,
    "sys/fs/cgroup/cpu,cpuacct/cpuacct.usage": "5000000000\n",
  },
  "systemd unit with CPUQuota": {
    "proc/self/cgroup": "0::/system.slice/shop.service\n",
    "proc/self/mountinfo":
      "26 22 0:23 / P/sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
    "sys/fs/cgroup/system.slice/shop.service/cpu.max": "50000 100000\n",
    "sys/fs/cgroup/system.slice/shop.service/cpu.stat": STAT_V2,
  },
  "ECS on cgroup v1, controllers mounted apart": {
    "proc/self/cgroup": `4:cpuacct:/ecs/03752a67/${id}\n3:cpu:/ecs/03752a67/${id}\n2:memory:/ecs/03752a67/${id}\n`,
    "proc/self/mountinfo": `700 690 0:30 /ecs/03752a67/${id} P/sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n701 690 0:31 /ecs/03752a67/${id} P/sys/fs/cgroup/cpuacct ro - cgroup cgroup rw,cpuacct\n`,
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu/cpu.stat": STAT_V1,
    "sys/fs/cgroup/cpuacct/cpuacct.usage": "5000000000\n",
  },
};

describe("cgroup CPU", () => {
  it.each(Object.keys(HOSTS))("CG-20 CG-21 CG-22 CG-23 CG-24 CG-25 quota and throttling of %s", (name) => {
    expect(readings(HOSTS[name] as Record<string, string>).read()).toMatchObject(EXPECTED);
  });

  it.each([
    ["Docker on cgroup v2 (private namespace)", "sys/fs/cgroup/cpu.max", "max 100000\n"],
    ["Docker on cgroup v1", "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"],
  ])("CG-26 sends nothing of it without a quota, and all of it once there is one: %s", (name, file, unlimited) => {
    const host = HOSTS[name] as Record<string, string>;
    const { read, write } = readings({ ...host, [file]: unlimited });
    expect(Object.keys(read()).filter((key) => key.startsWith("cgroupCpu"))).toEqual([]);
    write(file, host[file] as string);
    expect(read()).toMatchObject(EXPECTED);
  });

  it("CG-26 leaves out what cannot be read", () => {
    const host = { ...(HOSTS["ECS on cgroup v1, controllers mounted apart"] as Record<string, string>) };
    host["sys/fs/cgroup/cpu/cpu.stat"] = "";
    host["sys/fs/cgroup/cpuacct/cpuacct.usage"] = "what\n";
    const reading = readings(host).read();
    expect(reading.cgroupCpuQuotaUs).toBe(50000);
    expect(reading.cgroupCpuPeriods).toBeUndefined();
    expect(reading.cgroupCpuTotalNs).toBeUndefined();
    expect(readings({}).read().cgroupCpuQuotaUs).toBeUndefined();
  });
});
