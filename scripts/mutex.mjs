import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a holder renews its lock file, and after how long without renewal another process may break it. */
const HEARTBEAT_MS = 2_000;
const STALE_MS = 30_000;
const POLL_MS = 100;

/**
 * Runs `work` while this process alone holds `path`; processes that find it held wait.
 *
 * A holder that died is recognised by its process id (same host) or by a heartbeat that stopped (another host, or
 * another container on the same directory), and its lock is broken.
 *
 * @param {string} path lock file
 * @param {{ onWait?: (holderPid: number) => void, staleMs?: number }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` returns
 * @template T
 */
export async function withLock(path, options, work) {
  const staleMs = options.staleMs ?? STALE_MS;
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryAcquire(path)) {
    const holder = readHolder(path);
    if (holder === undefined) continue; // released between our attempt and our look
    if (isStale(path, holder, staleMs)) {
      if (breakLock(path, holder, staleMs)) continue;
    } else if (!told) {
      told = true;
      options.onWait?.(holder.pid);
    }
    await sleep(POLL_MS);
  }
  const own = readHolder(path)?.text;
  const release = () => {
    // A holder that was suspended for long finds the lock broken, and perhaps taken by the next one.
    if (readHolder(path)?.text === own) rmSync(path, { force: true });
  };
  const heartbeat = setInterval(() => renew(path), HEARTBEAT_MS);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.removeListener("exit", release);
    release();
  }
}

function tryAcquire(path) {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }), {
      flag: "wx",
    });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** The holder's record; a file still being written, or cut off by a crash, has pid 0 and ages by its heartbeat only. */
function readHolder(path) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { pid, host } = JSON.parse(text);
    return { pid, host, text };
  } catch {
    return { pid: 0, host: "", text };
  }
}

function isStale(path, holder, staleMs) {
  if (holder.pid > 0 && holder.host === hostname() && !isAlive(holder.pid)) return true;
  try {
    return Date.now() - statSync(path).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * Two waiters may judge the same lock stale; the guard lets one of them remove it and only while it is still that one.
 * @returns {boolean} whether this one did, or saw that it is gone
 */
function breakLock(path, judged, staleMs) {
  const guard = `${path}.break`;
  try {
    mkdirSync(guard);
  } catch {
    try {
      if (Date.now() - statSync(guard).mtimeMs > staleMs) rmdirSync(guard);
    } catch {
      // another waiter finished breaking it
    }
    return false;
  }
  try {
    if (readHolder(path)?.text === judged.text) rmSync(path, { force: true });
    return true;
  } finally {
    rmdirSync(guard);
  }
}

function renew(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // removed by hand: the work goes on, and finishing finds nothing to release
  }
}
