import type { AgentProcess } from "./api.js";

/** Longer than any usual interval of reports; polls come more often. */
const SILENT_MS = 5 * 60_000;

/** Whether a process has neither reported nor polled for so long that it has probably ended. `nowMs`: epoch milliseconds. */
export function isSilent(
  { lastReport, lastPoll }: Pick<AgentProcess, "lastReport" | "lastPoll">,
  nowMs: number,
): boolean {
  const heard = [lastReport, lastPoll].map((time) => (time === null ? 0 : Date.parse(time)));
  return nowMs - Math.max(...heard) > SILENT_MS;
}
