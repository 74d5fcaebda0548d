/** The metrics of the CPU set by their short names (cpu-memory-cgroup.md §2.1); what cannot be had is missing. All numbers, percentages as fractions. */
export interface CPUReading {
  systemCpu?: number;
  processCpu?: number;
  processUserCpu?: number;
  processSystemCpu?: number;
  memoryTotal?: number;
  memoryFree?: number;
  processSize?: number;
  processRss?: number;
  cgroupMemoryLimit?: number;
  cgroupMemoryUsage?: number;
  cgroupCpuPeriodUs?: number;
  cgroupCpuQuotaUs?: number;
  cgroupCpuPeriods?: number;
  cgroupCpuThrottledPeriods?: number;
  cgroupCpuThrottledNs?: number;
  cgroupCpuTotalNs?: number;
}

/** Reads system, process and cgroup. Primed when it is made, so the first reading covers the time since (CPU-20). Never throws: what fails is missing (CPU-26). */
export interface CPUSource {
  read(): CPUReading;
}

/** `value` within [0, 1]; 0 for what is no number (CPU-23). */
export function fraction(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value));
}
