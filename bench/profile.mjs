// Where the processor time of a process goes, by function.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "./page.mjs";

/** Microseconds of self time by `function file` in all profiles of a directory. */
export function selfTimes(directory) {
  const self = new Map();
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".cpuprofile"))) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(directory, file), "utf8"));
    const where = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
    samples.forEach((id, index) => {
      const name = where.get(id);
      if (name !== "(idle)") self.set(name, (self.get(name) ?? 0) + timeDeltas[index]);
    });
  }
  return self;
}

function nameOf({ functionName, url }) {
  const file = url.replace(/^file:\/\//, "").replace(/^.*\/(node_modules|packages|bench)\//, "");
  return `${functionName || "(top level)"} ${file}`.trim();
}

/** Runs `node …args` under the profiler and gives its self times. */
export function profile(args, options = {}) {
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-profile-"));
  try {
    execFileSync(process.execPath, ["--cpu-prof", "--cpu-prof-interval", "200", "--cpu-prof-dir", directory, ...args], {
      stdio: "ignore",
      ...options,
    });
    return selfTimes(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The largest self times as shares of all, in percent. */
export function top(self, count = 8) {
  const all = [...self.values()].reduce((sum, us) => sum + us, 0);
  return [...self]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([where, us]) => ({ where, percent: Number(((100 * us) / all).toFixed(1)) }));
}

/** What one has more than the other, largest first, in `unit`s of `per` microseconds. */
export function topOver(bare, self, per, count = 12) {
  return [...self]
    .map(([where, us]) => ({ where, over: Number(((us - (bare.get(where) ?? 0)) / per).toFixed(2)) }))
    .sort((a, b) => b.over - a.over)
    .slice(0, count);
}

/** A profile as a Markdown table. */
export const profileTable = (entries, unit = "%") =>
  table(
    ["where", unit],
    entries.map(({ where, percent, over }) => [`\`${where}\``, percent ?? over]),
  );
