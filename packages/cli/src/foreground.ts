import { readFileSync } from "node:fs";

/**
 * Whether Ctrl-C in a terminal signals this process, and with it every process of its group: children got the same signal
 * from the terminal then. Linux tells exactly; elsewhere a terminal at one of the standard streams has to do.
 */
export function isTerminalForeground(): boolean {
  try {
    // After the command's name, which may hold blanks and parentheses: state, parent, group, session, terminal, the terminal's foreground group.
    const [, , group, , , foreground] = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return group === foreground;
  } catch {
    return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  }
}
