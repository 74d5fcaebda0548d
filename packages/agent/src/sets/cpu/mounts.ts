import { readFileSync } from "node:fs";

/** One line of mountinfo, as far as cgroups need it. */
export interface CgroupMount {
  version: 1 | 2;
  mountPoint: string;
  /** The cgroup that is seen at the mount point. */
  root: string;
  /** Version 1: controllers by super options and by the last part of the mount point. */
  controllers: ReadonlySet<string>;
}

/** The cgroup mounts in file order (CG-3…CG-5); undefined when the file cannot be read (CG-6). */
export function cgroupMounts(path: string): CgroupMount[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const mounts: CgroupMount[] = [];
  for (const line of text.split("\n")) {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    if (dash < 0) continue;
    const type = fields[dash + 1];
    // As in the original, an unnamed source (`none`) is not taken for version 2 (CG-4).
    const version =
      type === "cgroup2" && /cgroup/.test(fields.slice(dash + 2).join(" ")) ? 2 : type === "cgroup" ? 1 : undefined;
    if (version === undefined) continue;
    const mountPoint = decodeOctal(fields[4] as string);
    const controllers = new Set([
      ...(fields[dash + 3] ?? "").split(","),
      ...(mountPoint.split("/").at(-1) as string).split(","),
    ]);
    mounts.push({ version, mountPoint, root: decodeOctal(fields[3] as string), controllers });
  }
  return mounts;
}

/** Blanks and backslashes are written as octal escapes. */
function decodeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
