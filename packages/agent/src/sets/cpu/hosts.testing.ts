import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { LinuxPaths } from "./linux-cpu.js";

/** Files of a machine, written below a directory; `P` in their text stands for that directory. */
export function writeHost(files: Record<string, string>): {
  paths: LinuxPaths;
  root: string;
  write(name: string, text: string): void;
} {
  const root = mkdtempSync(join(tmpdir(), "host-"));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text.replaceAll(" P/", ` ${root}/`).replaceAll(" P ", ` ${root} `));
  };
  for (const [name, text] of Object.entries({ ...IDLE_HOST, ...files })) if (text !== "") write(name, text);
  const paths: LinuxPaths = {
    sysStat: join(root, "proc/stat"),
    processStat: join(root, "proc/self/stat"),
    memInfo: join(root, "proc/meminfo"),
    selfCgroup: join(root, "proc/self/cgroup"),
    mountInfo: join(root, "proc/self/mountinfo"),
    cgroupRoot: join(root, "sys/fs/cgroup"),
    pageSize: 4096,
  };
  return { paths, root, write };
}

export const PROCESS_STAT = (utime: number, stime: number, comm = "(node)"): string =>
  `32677 ${comm} S 19306 32677 19306 34818 32711 4194304 13983 0 0 0 ${utime} ${stime} 7 9 20 0 6 0 6013 3686981632 11655 18446744073709551615 1 2 3`;

/** The files of the Python agent's fixtures at the start. */
const IDLE_HOST: Record<string, string> = {
  "proc/stat": "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 1 2 3 4\nintr 1\n",
  "proc/self/stat": PROCESS_STAT(0, 0),
  "proc/meminfo":
    "MemTotal:       16164884 kB\nMemFree:          359184 kB\nMemAvailable:    6514428 kB\nBuffers:          891296 kB\nCached:          6416340 kB\nSwapCached:          0 kB\n",
  "proc/self/cgroup": "",
  "proc/self/mountinfo": "",
};
