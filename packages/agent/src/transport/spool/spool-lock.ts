import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";

/** An owner on another host is taken for dead when it has not touched its lock for this long. */
const SILENT_OWNER_MS = 180_000;

/** Who owns a spool directory; its JSON is the lock file (W-91). */
export interface SpoolOwner {
  readonly pid: number;
  readonly host: string;
  /** Of the process, by the kernel: a reused pid has another one. Empty where the platform does not tell. */
  readonly started: string;
  /** Of this boot of the machine. */
  readonly boot: string;
}

/** This process as an owner. */
export function thisOwner(): SpoolOwner {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? "", boot: bootId() };
}

/**
 * Whether the owner named in a lock file is certainly gone, so that its spool may be taken over. Without a lock file it left the spool behind on
 * purpose. A file that cannot be read as a lock is one that was torn by a crash.
 */
export function isAbandoned(lockPath: string, nowMs: number): boolean {
  let text: string;
  let touchedMs: number;
  try {
    text = readFileSync(lockPath, "utf8");
    touchedMs = statSync(lockPath).mtimeMs;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  const owner = parseOwner(text);
  if (!owner) return true;
  if (owner.host !== hostname()) return nowMs - touchedMs > SILENT_OWNER_MS;
  if (owner.boot !== bootId()) return true;
  return !isRunning(owner);
}

function parseOwner(text: string): SpoolOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<SpoolOwner>;
    return typeof owner.pid === "number" && typeof owner.host === "string" ? (owner as SpoolOwner) : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(owner: SpoolOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const started = startOf(owner.pid);
  if (started === "gone") return false;
  return started === undefined || owner.started === "" || started === owner.started;
}

/** Start time of a process in clock ticks since boot; `"gone"` for one that has ended and only waits for its parent; `undefined` where unknown. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in brackets, may itself contain brackets and blanks.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "gone" : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
